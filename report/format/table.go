package format

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/olekukonko/tablewriter/tw"
)

// minTableWidth is the narrowest page on which causes are shown as a table; narrower pages use
// cards.
const minTableWidth = 72

// maxNameWidth is the number of columns shown of a device's name.
const maxNameWidth = 32

// WriteTable writes the report for a terminal: a single device with the evidence and the first
// remedy, or several with two lines for each that needs attention; then the counts and what to
// do next. Steps adds every cause with its evidence, and the full plan.
func WriteTable(w io.Writer, r report.Report, o Options) error {
	if r.Subject == report.OfBackups {
		return writeBackups(w, r, o)
	}
	r = report.InZone(r, o.Zone)
	p := newPage(o)
	p.to = w
	p.Steps = p.Steps || p.All
	labels := p.labels(r.Devices)
	p.gaps(r)
	if len(r.Devices) == 1 {
		p.phone(labels[0], r.Devices[0].Whole())
	} else if err := p.cart(labels, r); err != nil {
		return err
	}
	if p.Steps {
		if err := p.causes(labels, r); err != nil {
			return err
		}
		p.section("What to do", labels, r, p.plan)
		p.section("What could not be read", labels, r, p.unread)
	}
	p.closed(r.Places)
	if p.All {
		p.section("Questions only a person can answer", labels, r, p.questions)
		p.section("What was read and is healthy", labels, r, p.healthy)
	}
	if p.ShowSuppressed {
		p.section("Suppressed", labels, r, p.suppressed)
	}
	p.footer(r)
	return p.write(w)
}

// labels returns a distinct label for each device: its name, plus the end of its identifier if
// two devices have the same name.
func (p *page) labels(devices []report.Device) []string {
	labels := make([]string, len(devices))
	times := map[string]int{}
	for i, d := range devices {
		labels[i] = p.label(d)
		times[labels[i]]++
	}
	for i, d := range devices {
		if times[labels[i]] > 1 {
			labels[i] += " " + p.text("(…"+device.Label(tail(report.Clean(d.UDID), 4))+")")
		}
	}
	return labels
}

// label returns the slot of a device, if it has one, and its name.
func (p *page) label(d report.Device) string {
	name, slot := p.nameOf(d), p.cutLabel(d.Slot)
	if slot == "" { // also true of a slot made of hidden characters
		return name
	}
	return slot + p.sign(" · ", " - ") + name
}

// nameOf returns a device's name, or the best substitute.
func (p *page) nameOf(d report.Device) string {
	for _, text := range []string{d.Name, d.ModelName, d.ProductType, d.UDID, folderOf(d)} {
		if label := p.cutLabel(text); label != "" {
			return label
		}
	}
	return "a device"
}

// cutLabel truncates a name to the available room.
func (p *page) cutLabel(text string) string {
	label := cut(p.text(text), maxNameWidth, p.sign("…", "..."))
	if text = report.Clean(text); device.Label(text) != text {
		return p.text(device.Quoted(label))
	}
	return label
}

// folderOf returns the name of a device's backup folder, for a device with no other identity.
func folderOf(d report.Device) string {
	if len(d.Backups) == 0 {
		return ""
	}
	return folderName(d.Backups[0])
}

// tail returns the last n runes of a text.
func tail(text string, n int) string {
	runes := []rune(text)
	return string(runes[max(0, len(runes)-n):])
}

// gaps prints why devices, or parts of archives, may be missing.
func (p *page) gaps(r report.Report) {
	for _, gap := range r.Gaps {
		m := mark{"!", "[!]", "", yellow}
		missing := "Devices may be missing: "
		if gap.About == report.AboutArchive {
			missing = "Evidence may be missing: "
		}
		p.print(p.hang(p.lead(m), m.style, missing+gap.Summary+".")...)
	}
	if len(r.Devices) == 0 && len(r.Gaps) == 0 {
		p.print(p.hang("", plain, "No device was found.")...)
	}
}

// assetLine returns the inventory row on one line, without empty fields.
func assetLine(d report.Device) string {
	var parts []string
	for _, f := range d.Asset {
		if f.Value != "" {
			parts = append(parts, device.Label(f.Name)+": "+device.Label(f.Value))
		}
	}
	return strings.Join(parts, " · ")
}

// title prints a device after a mark, and returns the indent for what follows.
func (p *page) title(m mark, label string, d report.Device) (under string) {
	about := aboutLine(label, d)
	lead := p.lead(m)
	if p.Width >= minTableWidth {
		lead = pad(lead+m.word, columns(lead)+widestWord+2)
	} else {
		about = m.word + ": " + about
	}
	p.print(p.hang(lead, m.style, about)...)
	return strings.Repeat(" ", columns(lead))
}

// aboutLine returns the label of a device, its model and its system.
func aboutLine(label string, d report.Device) string {
	about := label
	for _, text := range []string{modelOf(label, d), versionOf(d), connectionNote(d)} {
		if text != "" {
			about += " · " + text
		}
	}
	return about
}

// modelOf returns the model, unless the label contains it.
func modelOf(label string, d report.Device) string {
	model := d.ModelName
	if model == "" {
		model = d.ProductType
	}
	if device.Label(model) == label {
		return ""
	}
	return device.Label(model)
}

func versionOf(d report.Device) string {
	if d.ProductVersion == "" {
		return ""
	}
	return device.Label(strings.TrimSpace(d.System + " " + d.ProductVersion))
}

// causes prints what is wrong: a table if the page is wide enough, otherwise cards.
func (p *page) causes(labels []string, r report.Report) error {
	header := []column{{"Device", 3}, {"Cause", 4}, {"Evidence", 3}, {"First remedy", 3}}
	rows := func(yield func([]cell) bool) {
		for i, d := range r.All() {
			for _, f := range d.Findings {
				if report.IsCause(f) && !yield([]cell{{{text: labels[i]}}, p.cause(f, d), p.evidence(f, d.TakenAt), p.firstRemedy(f)}) {
					return
				}
			}
		}
	}
	if !slices.ContainsFunc(r.Devices, func(d report.Device) bool { return slices.ContainsFunc(d.Whole().Findings, report.IsCause) }) {
		return nil
	}
	p.print("")
	return p.rows(header, rows, tw.On)
}

// cause returns the summary of a finding, with its id and its symptoms: their ids, or also
// their summaries if All is set.
func (p *page) cause(f report.Finding, d report.Device) cell {
	m := markOfStatus(f.Status)
	under := strings.Repeat(" ", columns(p.lead(m)))
	id := caseName(f.Check, f.Subject)
	c := cell{{p.lead(m), m.style, p.text(f.Summary), plain}, {under, plain, p.text(id), dim}}
	for _, symptom := range d.Findings {
		if symptom.ExplainedBy != f.Check {
			continue
		}
		explains := "explains " + device.Token(symptom.Check)
		if p.All {
			explains += ": " + symptom.Summary
		}
		c = append(c, paragraph{under, plain, p.text(explains), dim})
	}
	return c
}

// evidence returns the evidence of a finding.
func (p *page) evidence(f report.Finding, takenAt time.Time) cell {
	c := cell{}
	for _, e := range f.Evidence {
		c = append(c, paragraph{text: p.text(evidenceText(e, takenAt))})
	}
	return c
}

// evidenceText formats one piece of evidence.
func evidenceText(e report.Evidence, takenAt time.Time) string {
	return e.Key + ": " + valueText(e, takenAt)
}

// valueText returns the value that was read, with its date if it is older than a day. A date without
// a time is in UTC, as in sentences, which cannot be converted to another zone.
func valueText(e report.Evidence, takenAt time.Time) string {
	text := e.Value
	if e.Expected != "" {
		text += " (expected " + e.Expected + ")"
	}
	if !e.AsOf.IsZero() && takenAt.Sub(e.AsOf) >= 24*time.Hour {
		text += ", as of " + words.Date(e.AsOf.UTC())
	}
	return text
}

func (p *page) firstRemedy(f report.Finding) cell {
	if len(f.Remedies) == 0 {
		return cell{}
	}
	return cell{{text: p.text(f.Remedies[0].Title)}}
}

// remarks returns notes on how a device was examined, one per line.
func remarks(d report.Device) []string {
	var lines []string
	if use := InUse(d.InUse); use != "" {
		lines = append(lines, use)
	}
	if d.Reason != "" && checks.Verdict(d.Verdict) != checks.NotExamined {
		lines = append(lines, "Not examined to the end: "+reasonOf(d.Reason, d.Detail)+".")
	}
	if d.Repair != nil {
		lines = append(lines, repairLine(*d.Repair)+".")
	}
	return lines
}
