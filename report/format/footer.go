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
	if folded := p.notShown(r); len(folded) > 0 {
		notes = append(notes, "Not shown: "+strings.Join(folded, ", ")+".")
	}
	if r.Releases != (report.Releases{}) && p.Steps {
		notes = append(notes, fmt.Sprintf("Software was compared with Apple's releases of %s (%s table).",
			r.Releases.TableDate.Format(time.DateOnly), device.Token(r.Releases.TableSource)))
	}
	if n := r.Summary.SuppressedFindings; n > 0 && !p.ShowSuppressed {
		notes = append(notes, words.Count(n, "finding")+" suppressed; --show-suppressed tells which, and why.")
	}
	if r.Redacted {
		notes = append(notes, "Names and identifiers are placeholders.")
	}
	if r.Summary.Retried > 0 {
		notes = append(notes, "Tried again, fewer at a time, because the first try failed: "+words.Count(r.Summary.Retried, "device")+".")
	}
	notes = append(notes, runNotes(r)...)
	if len(r.Devices) > 0 {
		notes = append(notes, totals(r.Summary))
	}
	notes = append(append(notes, inventoryNotes(r)...), mdmNotes(r)...)
	notes = append(notes, nextNotes(r)...)
	if len(notes) > 0 && len(p.lines) > 0 {
		p.print("")
	}
	for _, note := range notes {
		p.print(p.hang("", plain, note)...)
	}
}

// notShown lists what the page leaves out, each with the flag that shows it.
func (p *page) notShown(r report.Report) []string {
	var folded []string
	if n := moreRemedies(r); n > 0 && !p.Steps {
		what := number(uint64(n), "more remedy", "more remedies")
		if len(r.Devices) > 1 {
			what = "evidence and steps"
		}
		folded = append(folded, what+" (--steps)")
	}
	if n := differentChecks(r, checks.Ask); n > 0 && !p.All {
		folded = append(folded, words.Count(n, "question")+" only a person can answer (--all shows, --ask asks them)")
	}
	if n := differentChecks(r, checks.Unknown); n > 0 && !p.Steps {
		folded = append(folded, words.Count(n, "check")+" that could not be made (--steps)")
	}
	return folded
}

// moreRemedies returns the number of remedies, or of steps for several devices, that the page
// leaves out.
func moreRemedies(r report.Report) int {
	if len(r.Devices) == 1 {
		return len(r.Devices[0].Plan) - 1
	}
	n := 0
	for _, d := range r.Devices {
		n += len(d.Plan)
	}
	return n
}

// differentChecks returns the number of different checks that have a status on any device.
func differentChecks(r report.Report, status checks.Status) int {
	different := map[string]bool{}
	for _, d := range r.Devices {
		for _, f := range d.Findings {
			if checks.Status(f.Status) == status {
				different[f.Check] = true
			}
		}
	}
	return len(different)
}

// totals returns the number of devices by verdict.
func totals(s report.Summary) string {
	return words.Count(s.Devices, "device") + ": " + counts(s)
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
