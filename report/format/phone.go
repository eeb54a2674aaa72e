package format

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// mostEvidence is the number of evidence lines shown for the first cause of a single device.
const mostEvidence = 4

// phone prints one device on one screen: what is wrong, the evidence, and the first remedy.
func (p *page) phone(label string, d report.Device) {
	p.verdictTitle(label, d)
	const under = "  "
	if len(d.Asset) > 0 {
		p.print(p.hang(under, dim, assetLine(d))...)
	}
	p.print(p.hang(under, plain, d.Headline)...)
	for _, remark := range remarks(d) {
		p.print(p.hang(under, yellow, remark)...)
	}
	if d.Retried != "" {
		p.print(p.hang(under, dim, "Examined in a second try: in the first, "+reasonOf(d.Retried, "")+".")...)
	}
	if checks.Verdict(d.Verdict) == checks.Suppressed {
		for _, text := range silencesOf(d) {
			p.print(p.hang(under, plain, text)...)
		}
	}
	if p.Steps {
		return // the caller prints every cause and the whole plan
	}
	causes := report.CausesOf(d)
	if len(causes) > 0 {
		p.firstEvidence(causes[0], d)
	}
	if len(causes) > 1 {
		p.print("")
		p.print(p.hang("  Also found: ", plain, strings.Join(shorts(causes[1:]), ", "))...)
	}
	p.firstStep(d)
}

// verdictTitle prints the device's label, with the verdict at the end of the line if it fits.
func (p *page) verdictTitle(label string, d report.Device) {
	m := markOfVerdict(d)
	about, verdict := p.text(aboutLine(label, d)), p.lead(m)+p.text(m.word)
	room := min(p.Width, 100) - columns(about) - columns(verdict)
	if room < 2 {
		p.print(p.hang(p.lead(m), m.style, m.word+": "+aboutLine(label, d))...)
		return
	}
	p.print(p.paint(bold, about) + strings.Repeat(" ", room) + p.paint(m.style, verdict))
}

// firstEvidence prints the evidence of the first cause: what was read and, where there is room for
// a column, its source.
func (p *page) firstEvidence(f report.Finding, d report.Device) {
	if len(f.Evidence) == 0 {
		return
	}
	p.print("")
	shown := f.Evidence
	if len(shown) > mostEvidence {
		shown = shown[:mostEvidence-1]
	}
	const indent = "  "
	shown = convert(shown, func(e report.Evidence) report.Evidence {
		if e.Expected == "none" {
			e.Expected = "" // implied
		}
		return e
	})
	if p.Width < minTableWidth {
		for _, e := range shown {
			p.print(p.hang(indent, plain, e.Key+": "+valueText(e, d.TakenAt))...)
		}
	} else {
		p.evidenceRows(indent, shown, d)
	}
	if more := len(f.Evidence) - len(shown); more > 0 {
		p.print(p.hang(indent, dim, fmt.Sprintf("and %d more; --steps shows all", more))...)
	}
}

// Widths of the evidence columns; the value gets the rest.
const (
	maxEvidenceKey    = 40
	minEvidenceSource = 12
	evidenceGap       = 3
)

// evidenceRows prints evidence in columns. A source that does not fit is truncated; Steps shows
// it in full.
func (p *page) evidenceRows(indent string, list []report.Evidence, d report.Device) {
	keys, values, sources := 0, 0, 0
	var rows [][3]string
	for _, e := range list {
		source, _, _ := strings.Cut(e.Source, " / ")
		row := [3]string{p.text(e.Key), p.text(valueText(e, d.TakenAt)), p.text(source)}
		keys, values, sources = max(keys, columns(row[0])), max(values, columns(row[1])), max(sources, columns(row[2]))
		rows = append(rows, row)
	}
	keys = min(keys, maxEvidenceKey)
	room := p.Width - len(indent) - keys - evidenceGap
	values = min(values, room)
	if sources = min(sources, room-values-evidenceGap); sources < minEvidenceSource {
		sources = 0
	}
	for _, row := range rows {
		key, value := wrap(row[0], keys), wrap(row[1], values)
		for i := range max(len(key), len(value), 1) {
			line := indent + pad(at(key, i), keys+evidenceGap) + at(value, i)
			if i == 0 && sources > 0 {
				line = pad(line, len(indent)+keys+values+2*evidenceGap) + p.paint(dim, cut(row[2], sources, p.sign("…", "...")))
			}
			p.print(strings.TrimRight(line, " "))
		}
	}
}

// at returns an element of a list, or "" past its end.
func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// firstStep prints the first remedy of the plan, with what to know beforehand.
func (p *page) firstStep(d report.Device) {
	if len(d.Plan) == 0 {
		return
	}
	step := d.Plan[0]
	p.print("")
	p.print(p.hang("  First: ", bold, stepTitle(step))...)
	if step.Risk != "" {
		p.print(p.hang("    Risk: ", yellow, step.Risk)...)
	}
	for i, action := range step.Steps {
		p.print(p.hang(fmt.Sprintf("    %d. ", i+1), plain, action)...)
	}
}
