package format

import (
	"fmt"
	"io"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// fewFiles is the number of files shown per fault unless all are requested.
const fewFiles = 5

// writeBackups writes a report about backups: each backup with its verdict, the proof and what
// is wrong, then the folders searched.
func writeBackups(w io.Writer, r report.Report, o Options) error {
	p := newPage(o)
	p.to = w
	devices := r.Devices
	r.Devices = nil // converted one by one below: of thousands, a second list takes much memory
	r = report.InZone(r, o.Zone)
	r.Devices = devices
	p.interruption(r)
	labels := p.labels(devices)
	beside(len(devices), func(i int) []string {
		part := page{Options: p.Options, any: true}
		d := report.DeviceInZone(devices[i], o.Zone)
		for _, b := range d.Backups {
			part.backup(labels[i], d, b)
		}
		return part.lines
	}, func(lines []string) {
		if len(lines) > 0 && p.empty() {
			lines = lines[1:] // the empty line between two
		}
		p.print(lines...)
	})
	p.places(r.Places)
	p.backupsFooter(r)
	return p.write(w)
}

// atOnce is how many devices are laid out by one goroutine.
const atOnce = 32

// beside calls lay for each number below n, on all processors, and then print with each result, in
// order.
func beside(n int, lay func(i int) []string, print func([]string)) {
	pending := make(chan chan []string, runtime.GOMAXPROCS(0))
	go func() {
		defer close(pending)
		for from := 0; from < n; from += atOnce {
			part := make(chan []string, 1)
			pending <- part
			go func() {
				var lines []string
				for i := from; i < min(from+atOnce, n); i++ {
					lines = append(lines, lay(i)...)
				}
				part <- lines
			}()
		}
	}()
	for part := range pending {
		print(<-part)
	}
}

// interruption notes that backups may be missing.
func (p *page) interruption(r report.Report) {
	for _, gap := range r.Gaps {
		m := mark{"!", "[!]", "", yellow}
		p.print(p.hang(p.lead(m), m.style, "Not every backup was looked at: "+gap.Summary+".")...)
	}
}

// backup prints one backup: its title, verdict and proof.
func (p *page) backup(label string, d report.Device, b report.Backup) {
	p.heading(backupTitle(label, d, b))
	if name := folderName(b); p.All || !strings.EqualFold(name, d.UDID) || strings.Contains(b.Folder, name+"/"+name) || hasNamesake(d, b) {
		p.print(p.hang("  ", dim, device.Quoted(b.Folder))...)
	}
	m := markOfProof(b.Verdict)
	word := strings.ToUpper(m.word[:1]) + m.word[1:]
	if b.Reason != "" {
		word += ": " + reasonOf(b.Reason, "")
	}
	p.print(p.hang(p.lead(m), m.style, word)...)
	for _, row := range proofRows(b, d.TakenAt) {
		p.print(p.hang(fmt.Sprintf("  %-17s", row.Label), plain, row.Text)...)
	}
	if b.NextFails {
		p.print(p.hang("  next backup      ", yellow, "the next backup to this folder will fail")...)
	}
	p.faults(b)
}

// backupTitle returns whose backup it is, when it was made and what it contains.
func backupTitle(label string, d report.Device, b report.Backup) string {
	title := []string{device.Quoted(label)}
	if model := modelOf(label, d); model != "" {
		title = append(title, model)
	}
	title = append(title, dated(b))
	if b.ProductVersion != "" {
		title = append(title, device.Label(strings.TrimSpace(d.System+" "+b.ProductVersion)))
	}
	if b.Found > 0 {
		title = append(title, words.Size(b.SizeBytes)+" in "+number(b.Found, "file", "files"))
	}
	switch {
	case b.Encrypted == nil:
	case *b.Encrypted:
		title = append(title, "encrypted")
	default:
		title = append(title, "not encrypted")
	}
	if b.Archived {
		title = append(title, "archived copy")
	}
	return strings.Join(title, " · ")
}

func dated(b report.Backup) string {
	if b.Date.IsZero() {
		return "no date"
	}
	return words.Moment(b.Date)
}

// hasNamesake reports whether another backup of a device is in a folder of the same name.
func hasNamesake(d report.Device, b report.Backup) bool {
	return slices.ContainsFunc(d.Backups, func(other report.Backup) bool {
		return other.Folder != b.Folder && strings.EqualFold(folderName(other), folderName(b))
	})
}

// folderName returns the last element of the folder's path, which may be a Windows path.
func folderName(b report.Backup) string { return path.Base(strings.ReplaceAll(b.Folder, `\`, "/")) }

// shownFaults returns the faults of a backup. For a whole backup it omits mere notes.
func shownFaults(b report.Backup) []report.Fault {
	var shown []report.Fault
	for _, f := range b.Faults {
		if device.ProofVerdict(b.Verdict) != device.Whole || f.Severity != "note" {
			shown = append(shown, f)
		}
	}
	return shown
}

func markOfProof(verdict string) mark {
	switch device.ProofVerdict(verdict) {
	case device.Whole:
		return mark{"✓", "[+]", "whole", green}
	case device.Broken:
		return mark{"✗", "[x]", "broken", red}
	default:
		return mark{"?", "[?]", "cannot tell", cyan}
	}
}

// faults prints what is wrong with a backup, and each remedy once.
func (p *page) faults(b report.Backup) {
	shown := shownFaults(b)
	if p.All {
		shown = b.Faults
	}
	var remedies []string
	for _, f := range shown {
		m := markOfSeverity(f.Severity)
		under := strings.Repeat(" ", columns(p.lead(m)))
		p.print(p.hang(p.lead(m), m.style, faultText(f))...)
		p.files(under, f)
		if f.Remedy != "" && !slices.Contains(remedies, f.Remedy) {
			p.print(p.hang(under, plain, "Remedy: "+f.Remedy)...)
			remedies = append(remedies, f.Remedy)
		}
	}
}

// faultText describes a fault in one sentence, without its remedy.
func faultText(f report.Fault) string {
	text := device.Token(f.Mode) + ": " + f.Title + numbers(f)
	if f.Detail != "" {
		text += ": " + device.Quoted(f.Detail)
	}
	return text + "."
}

func markOfSeverity(severity string) mark {
	switch severity {
	case "unusable", "loss":
		return mark{"✗", "[x]", severity, red}
	case "suspicious":
		return mark{"!", "[!]", severity, yellow}
	default:
		return mark{"•", "[-]", severity, plain}
	}
}

// numbers returns the number of files that a fault affects.
func numbers(f report.Fault) string {
	switch {
	case f.Count == 0:
		return ""
	case f.Total == 0:
		return fmt.Sprintf(" (%d)", f.Count)
	default:
		return fmt.Sprintf(" (%d of %d)", f.Count, f.Total)
	}
}

// files lists the first files of a fault, or all that the report has.
func (p *page) files(under string, f report.Fault) {
	shown := f.Examples
	if !p.All {
		shown = shown[:min(fewFiles, len(shown))]
	}
	for _, file := range shown {
		p.print(p.hang(under+p.sign("· ", "- "), plain, fileText(file))...)
	}
	switch left := f.Count - uint64(len(shown)); {
	case f.Count <= uint64(len(shown)):
	case !p.All:
		p.print(p.hang(under+"  ", dim, fmt.Sprintf("and %d more; --all shows them", left))...)
	default:
		p.print(p.hang(under+"  ", dim, fmt.Sprintf("and %d more; backupdoctor verify --files FILE writes every one", left))...)
	}
}

// fileText returns the name of a file in a backup and what is wrong with it.
func fileText(file report.File) string {
	text := strings.TrimSpace(file.Domain + " " + file.Path)
	if text == "" {
		text = file.FileID
	}
	text = device.Quoted(text)
	if file.Detail != "" {
		text += " (" + device.Quoted(file.Detail) + ")"
	}
	return text
}

// places prints the unusual folders that were searched: links, and folders that could not be
// opened.
func (p *page) places(places []report.Place) {
	for _, place := range places {
		switch {
		case place.Reason != "":
		case place.Target != "":
			p.heading("Linked: " + device.Quoted(place.Path))
			p.print(p.hang("", plain, "leads to "+device.Quoted(place.Target))...)
		case p.All:
			p.heading("Searched: " + device.Quoted(place.Path))
		}
	}
	p.closed(places)
}

// closed prints the backup folders that could not be opened, and how to get access.
func (p *page) closed(places []report.Place) {
	m := mark{"?", "[?]", "", cyan}
	under := strings.Repeat(" ", columns(p.lead(m)))
	for _, place := range places {
		if place.Reason == "" {
			continue
		}
		p.heading("Cannot tell: " + device.Quoted(place.Path))
		p.print(p.hang(p.lead(m), m.style, "Whether there are backups there is unknown: "+reasonOf(place.Reason, "")+".")...)
		if place.Hint != "" {
			p.print(p.hang(under, plain, place.Hint)...)
		}
	}
}

// backupsFooter prints the counts of backups and what to do next.
func (p *page) backupsFooter(r report.Report) {
	c := r.Summary.Backups
	all := c.Whole + c.Broken + c.CannotTell
	if all == 0 {
		return
	}
	p.print("")
	p.print(p.hang("", plain, words.Count(all, "backup")+": "+backupCounts(c))...)
	if n := readable(r); n > 0 {
		p.print(p.hang("", plain, words.Count(n, "backup")+" not encrypted: anyone who can read the disk can read the backup.")...)
	}
	if r.Redacted {
		p.print(p.hang("", plain, "Names and identifiers are placeholders.")...)
		return
	}
	var commands []string
	locked := false
	for _, d := range r.Devices {
		for _, b := range d.Backups {
			locked = locked || needsPassword(b)
			if renamable(d, b) {
				commands = append(commands, p.text("backupdoctor backups set-aside "+strconv.Quote(b.Folder)))
			}
		}
	}
	if len(commands) > 0 {
		folders := "the folder"
		if len(commands) > 1 {
			folders = "the folders"
		}
		p.print(p.hang("", plain, "Next: rename "+folders+", then back up again:")...)
		p.print(commands...)
	}
	if locked {
		p.print(p.hang("", plain, "Next: give the backup password at the terminal, or in a file:")...)
		p.print("backupdoctor verify --password-file FILE")
	}
}

// readable returns the number of backups that need no password.
func readable(r report.Report) (n int) {
	for _, d := range r.Devices {
		for _, b := range d.Backups {
			if b.Encrypted != nil && !*b.Encrypted {
				n++
			}
		}
	}
	return n
}

// needsPassword reports whether a backup's verdict cannot be decided without its password.
func needsPassword(b report.Backup) bool {
	return device.ProofVerdict(b.Verdict) == device.CannotTell && slices.ContainsFunc(b.Faults, func(f report.Fault) bool {
		return f.Mode == "password-needed" || f.Mode == "password-wrong"
	})
}

// backupCounts returns the number of backups with each verdict, omitting zeros.
func backupCounts(c report.BackupCounts) string {
	var parts []string
	for _, count := range []struct {
		n    int
		word string
	}{{c.Broken, "broken"}, {c.CannotTell, "cannot tell"}, {c.Whole, "whole"}} {
		if count.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count.n, count.word))
		}
	}
	return strings.Join(parts, ", ")
}

// renamable reports whether set-aside helps with a backup: one of its faults asks to start over, it
// is in use, and its folder is named after the device. Paths with characters that a shell would
// expand are rejected, because they cannot go into a command.
func renamable(d report.Device, b report.Backup) bool {
	return report.StartsOver(b) && !strings.ContainsAny(b.Folder, "$`\"!%\r\n") && !b.Archived && device.SameUDID(folderName(b), d.UDID)
}
