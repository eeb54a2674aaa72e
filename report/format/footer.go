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

// WriteSummary writes the end of the table alone: the devices counted by what is wrong with
// them, and where to read on.
func WriteSummary(w io.Writer, r report.Report, o Options) error {
	p := newPage(o)
	p.gaps(r)
	p.footer(r)
	return p.write(w)
}

// footer ends the page: what was folded away, the devices counted, and where to read on.
func (p *page) footer(r report.Report) {
	var notes []string
	if n := askedChecks(r); n > 0 && !p.All {
		notes = append(notes, words.Count(n, "question")+" only a person can answer; --all shows them, --ask asks them.")
	}
	if r.Releases != (report.Releases{}) {
		notes = append(notes, fmt.Sprintf("Software was compared with Apple's releases of %s (%s table).",
			r.Releases.TableDate.Format(time.DateOnly), device.Token(r.Releases.TableSource)))
	}
	if n := r.Summary.SuppressedFindings; n > 0 && !p.ShowSuppressed {
		notes = append(notes, words.Count(n, "finding")+" suppressed; --show-suppressed tells which, and why.")
	}
	notes = append(notes, inventoryNotes(r)...)
	if r.Redacted {
		notes = append(notes, "Names and identifiers are placeholders.")
	}
	if r.Summary.Retried > 0 {
		notes = append(notes, "Tried again, fewer at a time, because the first try broke off: "+words.Count(r.Summary.Retried, "device")+".")
	}
	notes = append(notes, runNotes(r)...)
	if len(r.Devices) > 1 {
		notes = append(notes, totals(r.Summary))
	}
	notes = append(notes, nextNotes(r)...)
	if len(notes) > 0 && len(p.lines) > 0 {
		p.print("")
	}
	for _, note := range notes {
		p.print(p.hang("", plain, note)...)
	}
}

// askedChecks is how many different questions are asked of a person.
func askedChecks(r report.Report) int {
	asked := map[string]bool{}
	for _, d := range r.Devices {
		for _, f := range d.Findings {
			if checks.Status(f.Status) == checks.Ask {
				asked[f.Check] = true
			}
		}
	}
	return len(asked)
}

// totals counts the devices that need attention, and groups them by what is wrong.
func totals(s report.Summary) string {
	need := s.NeedAttention
	if need == 0 {
		return fmt.Sprintf("None of %d devices needs attention.", s.Devices)
	}
	var why []string
	for i, cause := range s.Causes {
		of := ""
		if i == 0 {
			of = fmt.Sprintf(" of %d", s.Devices)
		}
		why = append(why, fmt.Sprintf("%d%s: %s", cause.Devices, of, cause.Short))
	}
	text := fmt.Sprintf("%d of %d devices need attention: %s.", need, s.Devices, counts(s))
	if len(why) > 0 {
		text += " " + strings.Join(why, " · ")
	}
	return text
}

// counts is how many devices have each verdict, without those that none has: "2 failing, 1
// at risk". The numbers add up to all devices.
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
