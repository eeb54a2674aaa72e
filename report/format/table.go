package format

import (
	"io"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/olekukonko/tablewriter/tw"
)

// minTableWidth is the narrowest page on which causes are a table; on a narrower one they
// are cards.
const minTableWidth = 72

// maxNameWidth is how much of a device's name is shown, in columns.
const maxNameWidth = 32

// WriteTable writes the report for a person at a terminal: one device with the evidence and
// the first remedy, several with two lines for each that needs attention; then the numbers,
// and where to go on. Every cause with its evidence, and the plan in full, come with Steps.
func WriteTable(w io.Writer, r report.Report, o Options) error {
	r = report.InZone(r, o.Zone)
	if r.Subject == report.OfBackups {
		return writeBackups(w, r, o)
	}
	p := newPage(o)
	p.Steps = p.Steps || p.All
	labels := p.labels(r.Devices)
	p.gaps(r)
	if len(r.Devices) == 1 {
		p.phone(labels[0], r.Devices[0])
	} else if err := p.cart(labels, r.Devices); err != nil {
		return err
	}
	if p.Steps {
		if err := p.causes(labels, r.Devices); err != nil {
			return err
		}
		p.section("What to do", labels, r.Devices, p.plan)
		p.section("What could not be read", labels, r.Devices, p.unread)
	}
	p.closed(r.Places)
	p.section("Questions only a person can answer", labels, r.Devices, p.questions)
	p.section("What was read and is healthy", labels, r.Devices, p.healthy)
	p.section("Suppressed", labels, r.Devices, p.suppressed)
	p.footer(r)
	return p.write(w)
}

// labels names each device so that a reader can tell it from the others: by its name, and
// where two have the same, by the end of its identifier too.
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

// label is the place of a device if that has a name, and the device's own name.
func (p *page) label(d report.Device) string {
	name, slot := p.nameOf(d), p.cutLabel(d.Slot)
	if slot == "" { // as one that is all hidden characters is, too
		return name
	}
	return slot + p.sign(" · ", " - ") + name
}

// nameOf is a device's name, or the best there is instead.
func (p *page) nameOf(d report.Device) string {
	for _, text := range []string{d.Name, d.ModelName, d.ProductType, d.UDID, folderOf(d)} {
		if label := p.cutLabel(text); label != "" {
			return label
		}
	}
	return "a device"
}

// cutLabel is a name as far as there is room for it.
func (p *page) cutLabel(text string) string {
	label := cut(p.text(text), maxNameWidth, p.sign("…", "..."))
	if text = report.Clean(text); device.Label(text) != text {
		return p.text(device.Quoted(label))
	}
	return label
}

// folderOf is the name of the folder that is all there is of a device.
func folderOf(d report.Device) string {
	if len(d.Backups) == 0 {
		return ""
	}
	return folderName(d.Backups[0])
}

// tail is the last n runes of a text.
func tail(text string, n int) string {
	runes := []rune(text)
	return string(runes[max(0, len(runes)-n):])
}

// gaps tells why devices, or parts of archives, may be missing.
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

// assetLine is the row of the inventory in one line, without what is empty in it.
func assetLine(d report.Device) string {
	var parts []string
	for _, f := range d.Asset {
		if f.Value != "" {
			parts = append(parts, device.Label(f.Name)+": "+device.Label(f.Value))
		}
	}
	return strings.Join(parts, " · ")
}

// title prints what a device is, behind a mark, and returns the indent for what follows.
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

// aboutLine is the label of a device, its model and its system.
func aboutLine(label string, d report.Device) string {
	about := label
	for _, text := range []string{modelOf(label, d), versionOf(d), connectionNote(d)} {
		if text != "" {
			about += " · " + text
		}
	}
	return about
}

// modelOf names the model, unless the label does.
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

// causes prints what is wrong: a table where the page is wide enough, else cards.
func (p *page) causes(labels []string, devices []report.Device) error {
	header := []column{{"Device", 3}, {"Cause", 4}, {"Evidence", 3}, {"First remedy", 3}}
	var rows [][]cell
	for i, d := range devices {
		for _, f := range d.Findings {
			if !report.IsCause(f) {
				continue
			}
			rows = append(rows, []cell{{{text: labels[i]}}, p.cause(f, d), p.evidence(f, d.TakenAt), p.firstRemedy(f)})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	p.print("")
	return p.rows(header, rows, tw.On)
}

// cause is a finding in the words of its summary, with its id and its symptoms: their ids,
// or their summaries too if everything is to be told.
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

// evidence is what a finding rests on.
func (p *page) evidence(f report.Finding, takenAt time.Time) cell {
	c := cell{}
	for _, e := range f.Evidence {
		c = append(c, paragraph{text: p.text(evidenceText(e, takenAt))})
	}
	return c
}

// evidenceText is one thing that was read.
func evidenceText(e report.Evidence, takenAt time.Time) string {
	return e.Key + ": " + valueText(e, takenAt)
}

// valueText is what was read, with its date where it is older than a day.
func valueText(e report.Evidence, takenAt time.Time) string {
	text := e.Value
	if e.Expected != "" {
		text += " (expected " + e.Expected + ")"
	}
	if !e.AsOf.IsZero() && takenAt.Sub(e.AsOf) >= 24*time.Hour {
		text += ", as of " + words.Date(e.AsOf)
	}
	return text
}

func (p *page) firstRemedy(f report.Finding) cell {
	if len(f.Remedies) == 0 {
		return cell{}
	}
	return cell{{text: p.text(f.Remedies[0].Title)}}
}

// remarks are what has to be known of how a device was examined, a line each.
func remarks(d report.Device) []string {
	var lines []string
	if use := useNote(d); use != "" {
		lines = append(lines, use)
	}
	if d.Reason != "" && checks.Verdict(d.Verdict) != checks.NotExamined {
		lines = append(lines, "Not examined to the end: "+reasonOf(d.Reason, d.Detail)+".")
	}
	return lines
}
