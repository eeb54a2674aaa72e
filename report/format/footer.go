package format

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// WriteSummary writes only the end of the table: the devices counted by cause, and where to
// find more.
func WriteSummary(w io.Writer, r report.Report, o Options) error {
	r = report.InZone(r, o.Zone)
	p := newPage(o)
	p.Steps, p.All = true, true // fold nothing
	p.gaps(r)
	if len(r.Devices) > 1 && len(r.Summary.Causes) > 0 {
		p.print(p.hang("", plain, "Causes: "+causeCounts(r.Summary))...)
	}
	p.footer(r)
	return p.write(w)
}

// footer ends the page: what was folded, the devices counted, and where to find more.
func (p *page) footer(r report.Report) {
	var notes []string
	counted := hiddenIn(r)
	if folded := p.notShown(r, counted); len(folded) > 0 {
		notes = append(notes, "Not shown: "+strings.Join(folded, ", ")+".")
	}
	if r.Releases != (report.Releases{}) && p.Steps {
		notes = append(notes, fmt.Sprintf("Software was compared with Apple's releases of %s (%s table).",
			r.Releases.TableDate.Format(time.DateOnly), device.Token(r.Releases.TableSource)))
	}
	if n := r.Summary.SuppressedFindings; n > 0 && !p.ShowSuppressed {
		notes = append(notes, words.Count(n, "finding")+" suppressed; --show-suppressed lists them, with the reasons.")
	}
	if r.Redacted {
		notes = append(notes, "Names and identifiers are placeholders.")
	}
	if r.Summary.Retried > 0 {
		notes = append(notes, "Tried again, fewer at a time, because the first try failed: "+words.Count(r.Summary.Retried, "device")+".")
	}
	notes = append(notes, runNotes(r, counted.contradictions)...)
	switch {
	case r.Summary.Copies != nil:
		notes = append(notes, "iCloud Backup: "+counts(r.Summary), copyTotals(r.Summary))
	case len(r.Devices) > 0:
		notes = append(notes, totals(r.Summary))
	}
	notes = append(append(notes, inventoryNotes(r)...), mdmNotes(r.MDM)...)
	notes = append(notes, nextNotes(r)...)
	if len(notes) > 0 && !p.empty() {
		p.print("")
	}
	for _, note := range notes {
		p.print(p.hang("", plain, note)...)
	}
}

// notShown lists what the page leaves out, each with the flag that shows it.
func (p *page) notShown(r report.Report, h hidden) []string {
	var folded []string
	if h.remedies > 0 && !p.Steps {
		what := number(uint64(h.remedies), "more remedy", "more remedies")
		if len(r.Devices) > 1 {
			what = "evidence and steps"
		}
		folded = append(folded, what+" (--steps)")
	}
	if n := len(h.questions); n > 0 && !p.All {
		folded = append(folded, words.Count(n, "question")+" only a person can answer (--all shows, --ask asks them)")
	}
	if n := len(h.unknown); n > 0 && !p.Steps {
		folded = append(folded, words.Count(n, "check")+" that could not be made (--steps)")
	}
	return folded
}

// hidden is what a page may leave out, counted over all devices.
type hidden struct {
	remedies       int             // after the first of a single device, or all of several
	questions      map[string]bool // by check
	unknown        map[string]bool // by check
	contradictions int             // findings on which an answer and a reading disagree
}

func hiddenIn(r report.Report) hidden {
	h := hidden{questions: map[string]bool{}, unknown: map[string]bool{}}
	for _, d := range r.All() {
		h.remedies += len(d.Plan)
		for _, f := range d.Findings {
			switch checks.Status(f.Status) {
			case checks.Ask:
				h.questions[f.Check] = true
			case checks.Unknown:
				h.unknown[f.Check] = true
			}
			if f.Contradicted {
				h.contradictions++
			}
		}
	}
	if len(r.Devices) == 1 {
		h.remedies--
	}
	return h
}

// totals returns the number of devices by verdict.
func totals(s report.Summary) string {
	return words.Count(s.Devices, "device") + ": " + counts(s)
}

// copyTotals returns the number of copies by verdict. A device without one, in a merged report, is not
// counted.
func copyTotals(s report.Summary) string {
	text, devices := "", 0
	for _, v := range device.CopyVerdicts() {
		n := s.Copies.Of(v)
		devices += n
		switch {
		case v == device.CopyProved && n == 0 && s.Copies.Measured > 0: // not asked for
		case v == device.CopyProved:
			text = fmt.Sprintf("%s proved", number(uint64(n), "copy", "copies"))
			if n == 0 {
				text = "no copy proved"
			}
		case n > 0:
			text += fmt.Sprintf(", %d %s", n, strings.ReplaceAll(string(v), "-", " "))
		}
	}
	if n := s.Copies.Unknown; n > 0 {
		devices += n
		text += fmt.Sprintf(", %d with a verdict that this version does not know", n)
	}
	return words.Count(devices, "device") + ": " + strings.TrimPrefix(text, ", ")
}

// causeCounts returns the number of devices with each cause.
func causeCounts(s report.Summary) string {
	return strings.Join(convert(s.Causes, func(c report.CauseCount) string { return fmt.Sprintf("%d: %s", c.Devices, c.Short) }), " · ")
}

// counts returns the number of devices with each verdict, omitting zeros: "2 failing, 1 at
// risk". The numbers add up to all devices.
func counts(s report.Summary) string {
	var parts []string
	for _, v := range checks.Verdicts() {
		if n := s.Of(v); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ToLower(v.Label())))
		}
	}
	if s.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d with a verdict that this version does not know", s.Unknown))
	}
	text := strings.Join(parts, ", ")
	if s.Incomplete > 0 {
		text += fmt.Sprintf(" (%d read only in part)", s.Incomplete)
	}
	return text
}
