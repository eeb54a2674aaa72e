package format

import (
	"fmt"
	"html/template"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// The types below are the data of the template: texts already cleaned and worded, with nothing
// left to decide. Fields are exported because templates require it.

// htmlPage is the whole page.
type htmlPage struct {
	Policy    string
	Style     template.HTML
	Script    template.HTML
	Title     string
	Kicker    string
	Headline  string
	OfBackups bool
	About     []htmlFact
	Totals    []htmlTotal
	Notices   []htmlNotice
	Causes    []htmlBar
	Columns   htmlColumns
	Rows      []htmlRow
	Choices   []htmlTotal // marks to filter rows by
	Devices   int
	Cards     iter.Seq[htmlCard] // made one at a time: they are nearly the whole page
	Questions []htmlInquiry
	Places    []htmlPlace
	Commands  []string // to set broken backups aside
	Next      string   // the command to run next
	ReadOnly  bool
	Zone      string // name of the time zone
}

// htmlFact is one fact about the run or a device.
type htmlFact struct {
	Name  string
	Value string
	Code  bool     // an identifier, not prose
	At    htmlTime // shown instead of, or before, the value
}

// htmlTime is a time for programs and for people; Text is "" if it is unknown.
type htmlTime struct {
	Machine string
	Text    string
	Age     string // age when the device was read
}

// htmlTotal is the count of one mark.
type htmlTotal struct {
	Mark
	Key   string // the verdict
	Count int
}

// htmlNotice is a note shown before the results.
type htmlNotice struct {
	Mark
	Text string
}

// htmlBar is one cause in the chart of all devices.
type htmlBar struct {
	Mark
	Check, Short, Title string
	Count, Of, Percent  int
}

// htmlColumns says which optional columns the table has.
type htmlColumns struct {
	Slot, Serial bool
	Asset        []string
}

// htmlPlace is a folder searched for backups.
type htmlPlace struct {
	Path, Program, Target, Closed, Hint string
}

func newHTMLPage(r report.Report) htmlPage {
	labels := newPage(Options{UTF8: true}).labels(r.Devices)
	p := htmlPage{
		OfBackups: r.Subject == report.OfBackups,
		Devices:   len(r.Devices),
		Kicker:    "iCloud Backup, device by device",
		Headline:  headlineOf(labels, r),
		About:     aboutOf(r),
		Totals:    totalsOf(r.Summary),
		Notices:   noticesOf(r),
		Columns:   htmlColumnsOf(r.Devices),
		Places:    convert(r.Places, newHTMLPlace),
		Zone:      zoneOf(r.TakenAt),
		ReadOnly:  r.Tool.Effect == "read-only",
	}
	if p.OfBackups {
		p.Kicker, p.Totals = "Backups on this computer", backupTotals(r.Summary.Backups)
		p.Commands = asideCommands(r)
	} else if len(r.Summary.Causes) > 0 {
		p.Next = "backupdoctor explain " + report.Clean(device.Token(r.Summary.Causes[0].Check))
	}
	p.Title = p.Headline
	if !r.TakenAt.IsZero() {
		p.Title += ", " + words.Date(r.TakenAt)
	}
	asked := newInquiry(len(r.Devices))
	for i, d := range r.All() {
		asked.add(i, d)
		card := p.card(i, labels[i], d, asked)
		if p.OfBackups {
			p.Rows = append(p.Rows, backupRows(card)...)
		} else {
			p.Rows = append(p.Rows, newHTMLRow(card, d, p.Columns))
		}
	}
	p.Cards = func(yield func(htmlCard) bool) {
		for i, d := range r.All() {
			if !yield(p.card(i, labels[i], d, asked)) {
				return
			}
		}
	}
	if !p.OfBackups {
		p.Causes = convert(r.Summary.Causes, func(c report.CauseCount) htmlBar { return newHTMLBar(c, r.Summary.Devices) })
		p.Questions = asked.list(labels)
	}
	p.Choices = slices.DeleteFunc(slices.Clone(p.Totals), func(t htmlTotal) bool { return t.Count == 0 })
	return p
}

// card returns the card of one of several devices.
func (p htmlPage) card(index int, label string, d report.Device, asked *inquiry) htmlCard {
	card := newHTMLCard(index, label, d, asked)
	card.OfBackups = p.OfBackups
	if !p.OfBackups {
		card.Brief = p.Devices > 1 && checks.Verdict(d.Verdict) != checks.Failing
		card.Facts = append([]htmlFact{lastBackupFact(d)}, card.Facts...)
	}
	return card
}

// headlineOf summarizes the report in one line.
func headlineOf(labels []string, r report.Report) string {
	s := r.Summary
	need := s.NeedAttention
	switch {
	case r.Subject == report.OfBackups && s.Backups == (report.BackupCounts{}):
		return "No backup was found"
	case r.Subject == report.OfBackups:
		return words.Count(s.Backups.Whole+s.Backups.Broken+s.Backups.CannotTell, "backup") + " on this computer"
	case len(r.Devices) == 0 && len(r.Gaps) > 0:
		return "No device could be read"
	case len(r.Devices) == 0:
		return "No device was found"
	case len(r.Devices) == 1:
		return device.Quoted(labels[0]) + ": " + strings.ToLower(markOfVerdict(r.Devices[0]).word)
	case need == 0:
		return fmt.Sprintf("None of %d devices needs attention", s.Devices)
	default:
		return fmt.Sprintf("%d of %d devices need attention", need, s.Devices)
	}
}

// aboutOf describes where and how the report was made.
func aboutOf(r report.Report) []htmlFact {
	var facts []htmlFact
	add := func(f htmlFact) {
		if f.Value != "" || f.At.Text != "" {
			facts = append(facts, f)
		}
	}
	add(htmlFact{Name: "Read", At: timeOf(r.TakenAt)})
	add(htmlFact{Name: "Begun", At: timeOf(r.StartedAt)})
	add(htmlFact{Name: "Computer", Value: systemName(r.Host.OS)})
	add(htmlFact{Name: "Tool", Value: report.Clean(device.Token(r.Tool.Name) + " " + device.Token(r.Tool.Version))})
	add(htmlFact{Name: "Run", Value: report.Clean(device.Token(r.Run)), Code: true})
	if r.Releases != (report.Releases{}) {
		add(htmlFact{Name: "Apple’s releases of", Value: report.Clean(r.Releases.TableDate.Format(time.DateOnly) + " (" + device.Token(r.Releases.TableSource) + " table)")})
	}
	if c := r.Summary.Backups; c != (report.BackupCounts{}) && r.Subject != report.OfBackups {
		add(htmlFact{Name: "Backups on this computer", Value: fmt.Sprintf("%d whole, %d broken, %d cannot tell", c.Whole, c.Broken, c.CannotTell)})
	}
	add(htmlFact{Name: "Exit code", Value: report.Clean(strconv.Itoa(r.Exit.Code) + ": " + r.Exit.Meaning)})
	return facts
}

func systemName(os string) string {
	switch os {
	case "darwin":
		return "macOS"
	case "linux":
		return "Linux"
	case "windows":
		return "Windows"
	default:
		return report.Clean(device.Token(os))
	}
}

func totalsOf(s report.Summary) []htmlTotal {
	if s.Devices == 0 {
		return nil
	}
	var totals []htmlTotal
	for _, v := range checks.Verdicts() {
		totals = append(totals, htmlTotal{VerdictMark(string(v)), string(v), s.Of(v)})
	}
	if s.Unknown > 0 {
		totals = append(totals, htmlTotal{VerdictMark(""), "", s.Unknown})
	}
	return totals
}

// noticesOf returns the reasons why the report may be incomplete or wrong.
func noticesOf(r report.Report) []htmlNotice {
	var notices []htmlNotice
	add := func(m mark, text string) {
		notices = append(notices, htmlNotice{newMark(m), report.Clean(text)})
	}
	caution := mark{"!", "", "Caution", yellow}
	for _, gap := range r.Gaps {
		add(caution, missingBy(gap, r.Subject)+gap.Summary+".")
	}
	if r.Partial && len(r.Gaps) == 0 {
		add(caution, "This report is partial: the run was interrupted.")
	}
	for _, place := range r.Places {
		if place.Reason != "" {
			add(mark{"?", "", "Unknown", cyan}, "Whether there are backups in "+device.Quoted(place.Path)+" is unknown: "+reasonOf(place.Reason, "")+". "+place.Hint)
		}
	}
	note := mark{"•", "", "Note", plain}
	if r.Redacted {
		add(note, "Names and identifiers are placeholders.")
	}
	if n := r.Summary.SuppressedFindings; n > 0 && r.Subject != report.OfBackups {
		add(note, words.Count(n, "suppressed finding")+" not counted; each is listed with its reason at the device.")
	}
	if n := r.Summary.Retried; n > 0 {
		add(note, words.Count(n, "device")+" had to be tried twice.")
	}
	for _, text := range slices.Concat(inventoryNotes(r), mdmNotes(r.MDM), runNotes(r, contradictions(r))) {
		add(note, text)
	}
	return notices
}

// missingBy describes what may be missing because of a gap.
func missingBy(gap report.Gap, subject string) string {
	switch {
	case subject == report.OfBackups:
		return "Not every backup was looked at: "
	case gap.About == report.AboutArchive:
		return "Evidence may be missing: "
	default:
		return "Devices may be missing: "
	}
}

func htmlColumnsOf(devices []report.Device) htmlColumns {
	var c htmlColumns
	for _, d := range devices {
		c.Slot = c.Slot || report.Clean(d.Slot) != ""
		c.Serial = c.Serial || report.Clean(d.Serial) != ""
		for _, f := range d.Asset {
			if name := report.Clean(device.Label(f.Name)); len(c.Asset) < maxAssetColumns && !slices.Contains(c.Asset, name) {
				c.Asset = append(c.Asset, name)
			}
		}
	}
	return c
}

func newHTMLBar(c report.CauseCount, devices int) htmlBar {
	return htmlBar{
		Mark:  StatusMark(c.Status),
		Check: report.Clean(device.Token(c.Check)), Short: report.Clean(c.Short), Title: report.Clean(c.Title),
		Count: c.Devices, Of: devices, Percent: 100 * c.Devices / max(1, devices),
	}
}

func newHTMLPlace(p report.Place) htmlPlace {
	place := htmlPlace{Path: report.Clean(device.Quoted(p.Path)), Program: report.Clean(device.Label(p.Program)), Target: report.Clean(device.Quoted(p.Target)), Hint: report.Clean(p.Hint)}
	if p.Reason != "" {
		place.Closed = report.Clean(reasonOf(p.Reason, ""))
	}
	return place
}

// timeOf formats a time to the minute.
func timeOf(at time.Time) htmlTime {
	if at.IsZero() {
		return htmlTime{}
	}
	return htmlTime{Machine: at.UTC().Format(time.RFC3339), Text: words.Moment(at)}
}

// agedAt returns a time with its age when the device was read.
func agedAt(at, read time.Time) htmlTime {
	t := timeOf(at)
	if t.Text != "" && !read.IsZero() {
		t.Age = ageOf(read.Sub(at))
	}
	return t
}

func ageOf(age time.Duration) string {
	switch {
	case age < -time.Minute:
		return "later than it was read"
	case age < time.Hour:
		return "under an hour old"
	default:
		return words.Duration(age) + " old"
	}
}

// unknownBecause explains why a device has no backup date.
func unknownBecause(reason string) string {
	if device.Reason(reason) == device.Absent {
		return "none on record"
	}
	return "unknown: " + reasonOf(reason, "")
}

// zoneOf returns the name of the time zone.
func zoneOf(at time.Time) string {
	name, _ := at.Zone()
	return name
}
