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

// writeBackups is the face of a report about backups: what there is as a table, then what
// is wrong with each, then where was looked.
func writeBackups(w io.Writer, r report.Report, o Options) error {
	p := newPage(o)
	p.interruption(r)
	labels := p.labels(r.Devices)
	if err := p.backups(labels, r.Devices); err != nil {
		return fmt.Errorf("drawing the table: %w", err)
	}
	for i, d := range r.Devices {
		for _, b := range d.Backups {
			p.faults(labels[i], b)
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

// backups prints what there is: a table where the page is wide enough, else cards.
func (p *page) backups(labels []string, devices []report.Device) error {
	header := []column{{"Device", 3}, {"Backup", 4}, {"Holds", 3}, {"Verdict", 4}}
	var rows [][]cell
	for i, d := range devices {
		for _, b := range d.Backups {
			rows = append(rows, []cell{p.owner(labels[i], d), p.copy(b), p.holds(d, b), p.proof(b)})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if p.Width < minTableWidth {
		p.cards(header, rows)
		return nil
	}
	return p.table(header, rows)
}

// owner is the device that a backup is of.
func (p *page) owner(label string, d report.Device) cell {
	c := cell{{text: label}}
	if model := modelOf(label, d); model != "" {
		c = append(c, paragraph{text: p.text(model)})
	}
	if d.UDID != "" && d.UDID != label {
		c = append(c, paragraph{text: p.text(device.Label(d.UDID)), style: dim})
	}
	return c
}

// copy says which backup it is.
func (p *page) copy(b report.Backup) cell {
	c := cell{{text: p.text(dated(b))}}
	if b.Archived {
		c = append(c, paragraph{text: "archived copy"})
	}
	if b.State != "" && b.State != "finished" {
		c = append(c, paragraph{text: p.text("not complete: " + device.Token(b.State)), style: yellow})
	}
	return append(c, paragraph{text: p.text(device.Label(folderName(b))), style: dim})
}

func dated(b report.Backup) string {
	if b.Date.IsZero() {
		return "no date"
	}
	return words.Moment(b.Date)
}

// folderName is the last part of the folder's path, of this system or of Windows.
func folderName(b report.Backup) string { return path.Base(strings.ReplaceAll(b.Folder, `\`, "/")) }

// holds says what is in a backup.
func (p *page) holds(d report.Device, b report.Backup) cell {
	var c cell
	if b.ProductVersion != "" {
		c = append(c, paragraph{text: p.text(device.Label(strings.TrimSpace(d.System + " " + b.ProductVersion)))})
	}
	amount := words.Size(b.SizeBytes)
	if b.Listed > 0 {
		amount += fmt.Sprintf(" in %d of %d files", b.Found, b.Listed)
	}
	c = append(c, paragraph{text: amount})
	switch {
	case b.Encrypted == nil:
		c = append(c, paragraph{text: "encrypted or not: unknown"})
	case *b.Encrypted:
		c = append(c, paragraph{text: "encrypted"})
	default:
		c = append(c, paragraph{text: "not encrypted"})
	}
	return c
}

// proof is the verdict on a backup, with the ids of what it rests on.
func (p *page) proof(b report.Backup) cell {
	m := markOfProof(b.Verdict)
	under := strings.Repeat(" ", columns(p.lead(m)))
	text := m.word
	switch {
	case b.Depth == string(device.DeepLook) && device.ProofVerdict(b.Verdict) == device.Whole:
		text += fmt.Sprintf(": all files are there; %d digests are right, %d files carry none", b.DigestsRight, b.WithoutDigest)
	case device.ProofVerdict(b.Verdict) == device.Whole:
		text += ": all files are there and as long as recorded"
	}
	c := cell{{p.lead(m), m.style, text, plain}}
	if b.NextFails {
		c = append(c, paragraph{under, plain, "the next backup will fail", yellow})
	}
	for _, f := range shownFaults(b) {
		id := device.Token(f.Mode)
		if f.Count > 0 {
			id += fmt.Sprintf(" (%d)", f.Count)
		}
		c = append(c, paragraph{under, plain, p.text(id), dim})
	}
	return c
}

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
func (p *page) faults(label string, b report.Backup) {
	shown := shownFaults(b)
	if p.All {
		shown = b.Faults
	}
	if len(shown) == 0 {
		return
	}
	p.heading(device.Quoted(label) + ", " + dated(b) + ", " + device.Quoted(folderName(b)))
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
	p.print(p.hang("", plain, fmt.Sprintf("%s: %d whole, %d broken, %d cannot tell.", words.Count(all, "backup"), c.Whole, c.Broken, c.CannotTell))...)
	if r.Redacted {
		p.print(p.hang("", plain, "Names and identifiers are placeholders.")...)
		return
	}
	var commands []string
	for _, d := range r.Devices {
		for _, b := range d.Backups {
			if renamable(d, b) {
				commands = append(commands, p.text("backupdoctor backups set-aside "+strconv.Quote(b.Folder)))
			}
		}
	}
	if len(commands) > 0 {
		p.print(p.hang("", plain, "To rename a broken one, so that the next backup starts afresh:")...)
		p.print(commands...)
	}
}

// renamable reports whether set-aside takes a broken backup: it is the one in use, and
// named after its device.
func renamable(d report.Device, b report.Backup) bool {
	return device.ProofVerdict(b.Verdict) == device.Broken && !b.Archived && device.SameUDID(folderName(b), d.UDID)
}
