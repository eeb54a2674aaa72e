package hubpages

import (
	"embed"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	text "github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

//go:embed templates/*.html
var templates embed.FS

// functions are the template functions in addition to the shared ones.
var functions = template.FuncMap{
	"span": span, "found": found, "benchState": benchState, "verdicts": checks.VerdictNames,
	"changes": func() []ledger.Change { return []ledger.Change{ledger.New, ledger.Still, ledger.Fixed} },
}

// benchState returns the state of a bench, and whether its clock is off.
func benchState(states map[string]string, b ledger.Bench) string {
	known := slices.DeleteFunc([]string{states[b.Name], b.ClockWords()}, func(words string) bool { return words == "" })
	return strings.Join(known, "; ")
}

// span formats a number of seconds in the largest unit that fits.
func span(seconds int) string {
	switch d := time.Duration(seconds) * time.Second; {
	case d < 0:
		return "–" // a clock was ahead
	case d < time.Minute:
		return text.Count(seconds, "second")
	default:
		return text.Duration(d)
	}
}

// found returns the findings of a visit that nothing explains, except unknown ones.
func found(v report.Visit) []report.VisitFinding {
	var causes []report.VisitFinding
	for _, f := range v.Findings {
		if f.ExplainedBy == "" && f.Status != string(checks.Unknown) {
			causes = append(causes, f)
		}
	}
	return causes
}
