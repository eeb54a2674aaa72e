package format

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// fewFiles is how many files of a fault are shown unless all are asked for.
const fewFiles = 5

// writeBackups is the face of a report about backups: each with its verdict, what that rests
// on and what is wrong, then where was looked.
func writeBackups(w io.Writer, r report.Report, o Options) error {
	p := newPage(o)
	p.interruption(r)
	labels := p.labels(r.Devices)
	for i, d := range r.Devices {
		for _, b := range d.Backups {
			p.backup(labels[i], d, b)
		}
	}
	p.places(r.Places)
	p.backupsFooter(r)
	return p.write(w)
}

// interruption tells that backups may be missing.
func (p *page) interruption(r report.Report) {
	for _, gap := range r.Gaps {
		m := mark{"!", "[!]", "", yellow}
		p.print(p.hang(p.lead(m), m.style, "Not every backup was looked at: "+gap.Summary+".")...)
	}
}

// backup prints one backup: what it is, the verdict, and what shows it.
func (p *page) backup(label string, d report.Device, b report.Backup) {
	p.heading(backupTitle(label, d, b))
	if name := folderName(b); p.All || !strings.EqualFold(name, d.UDID) || strings.Contains(b.Folder, name+"/"+name) {
		p.print(p.hang("  ", dim, device.Quoted(b.Folder))...)
	}
	m := markOfProof(b.Verdict)
	word := strings.ToUpper(m.word[:1]) + m.word[1:]
	if b.Reason != "" {
		word += ": " + reasonOf(b.Reason, "")
	}
	p.print(p.hang(p.lead(m), m.style, word)...)
	for _, row := range proofRows(b) {
		p.print(p.hang(fmt.Sprintf("  %-17s", row.Label), plain, row.Text)...)
	}
	if b.NextFails {
		p.print(p.hang("  next backup      ", yellow, "the next backup will fail over this folder")...)
	}
	p.faults(b)
}

// backupTitle says whose backup it is, when it was made and what is in it.
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
		title = append(title, fmt.Sprintf("%s in %s files", words.Size(b.SizeBytes), words.Number(b.Found)))
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

// folderName is the last part of the folder's path, of this system or of Windows.
func folderName(b report.Backup) string { return path.Base(strings.ReplaceAll(b.Folder, `\`, "/")) }

// shownFaults leaves the mere notes of a whole backup out.
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

// faults tells what is not as it should be with one backup, and each remedy once.
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

// faultText is a fault in one sentence, without its remedy.
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

// numbers are how many files a fault concerns.
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

// files lists the first few files of a fault, or all that the report has.
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

// fileText names a file of a backup, and says what is wrong with it.
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

// places tells where was looked, as far as that is not plain: links, and what stayed
// closed.
func (p *page) places(places []report.Place) {
	for _, place := range places {
		switch {
		case place.Reason != "":
		case place.Target != "":
			p.heading("Linked: " + device.Quoted(place.Path))
			p.print(p.hang("", plain, "leads to "+device.Quoted(place.Target))...)
		case p.All:
			p.heading("Looked into: " + device.Quoted(place.Path))
		}
	}
	p.closed(places)
}

// closed tells which folders of backups stayed closed, and the way in.
func (p *page) closed(places []report.Place) {
	m := mark{"?", "[?]", "", cyan}
	under := strings.Repeat(" ", columns(p.lead(m)))
	for _, place := range places {
		if place.Reason == "" {
			continue
		}
		p.heading("Cannot tell: " + device.Quoted(place.Path))
		p.print(p.hang(p.lead(m), m.style, "Whether backups lie there is unknown: "+reasonOf(place.Reason, "")+".")...)
		if place.Hint != "" {
			p.print(p.hang(under, plain, place.Hint)...)
		}
	}
}

// backupsFooter counts the backups, and says what to do next.
func (p *page) backupsFooter(r report.Report) {
	c := r.Summary.Backups
	all := c.Whole + c.Broken + c.CannotTell
	if all == 0 {
		return
	}
	p.print("")
	p.print(p.hang("", plain, words.Count(all, "backup")+": "+backupCounts(c))...)
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
		broken := "the broken one"
		if len(commands) > 1 {
			broken = "the broken ones"
		}
		p.print(p.hang("", plain, "Next: rename "+broken+", then back up again:")...)
		p.print(commands...)
	}
	if locked {
		p.print(p.hang("", plain, "Next: give the backup password at the terminal, or in a file:")...)
		p.print("backupdoctor verify --password-file FILE")
	}
}

// needsPassword reports whether a backup cannot be told whole or broken without its password.
func needsPassword(b report.Backup) bool {
	return device.ProofVerdict(b.Verdict) == device.CannotTell && slices.ContainsFunc(b.Faults, func(f report.Fault) bool {
		return f.Mode == "password-needed" || f.Mode == "password-wrong"
	})
}

// backupCounts is how many backups have each verdict, without those that none has.
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

// renamable reports whether set-aside helps with a backup: it is broken, or the next one will fail
// over it; it is the one in use, and named after its device. No command is made of a path that a shell would run a part of.
func renamable(d report.Device, b report.Backup) bool {
	return !strings.ContainsAny(b.Folder, "$`\"!%\r\n") && (device.ProofVerdict(b.Verdict) == device.Broken || b.NextFails) && !b.Archived && device.SameUDID(folderName(b), d.UDID)
}
