package hubpages

import (
	"embed"
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/fleet"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are the pages. What a device, its owner or a bench wrote goes through clean
// where a name is expected, and through quoted elsewhere.
var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"asset": assetPath, "clean": label, "quoted": quoted, "short": func(id string) string { return report.Clean(report.ShortOf(id)) }, "mark": markOf, "because": because,
	"ago": words.Ago, "moment": words.Moment, "day": words.Date, "span": span,
	"count": count, "share": share, "after": after, "set": with, "link": link, "causesOf": causesOf,
	"verdicts": verdicts,
	"changes":  func() []fleet.Change { return []fleet.Change{fleet.New, fleet.Still, fleet.Fixed} },
	"add":      func(a, b int) int { return a + b },
}).ParseFS(templateFiles, "templates/*.html"))

func label(text string) string { return device.Label(report.Clean(text)) }

func quoted(text string) string { return device.Quoted(report.Clean(text)) }

// A mark is a verdict or a status as it is shown: a sign and a word, so that nothing hangs on
// the colour alone.
type mark struct{ Class, Sign, Word string }

func markOf(of string) mark {
	switch of {
	case string(checks.Failing):
		return mark{"bad", "✗", "Failing"}
	case string(checks.AtRisk):
		return mark{"warn", "!", "At risk"}
	case string(checks.NoCauseFound):
		return mark{"dim", "?", "No cause found"}
	case string(checks.BackedUp):
		return mark{"good", "✓", "Backed up"}
	case string(checks.NotExamined):
		return mark{"dim", "–", "Not examined"}
	case string(checks.Problem):
		return mark{"bad", "✗", "Problem"}
	case string(checks.Warning):
		return mark{"warn", "!", "Warning"}
	case string(checks.Unknown):
		return mark{"dim", "?", "Unknown"}
	case "suppressed":
		return mark{"dim", "–", "Suppressed"}
	default:
		return mark{"dim", "?", report.Clean(device.Token(of))}
	}
}

// because is a reason in words.
func because(reason string) string { return report.Clean(device.Reason(reason).Error()) }

// span is a number of seconds in the largest unit that is full.
func span(seconds int) string {
	switch d := time.Duration(seconds) * time.Second; {
	case d < 0:
		return "–" // a clock was ahead
	case d < time.Minute:
		return words.Count(seconds, "second")
	default:
		return words.Duration(d)
	}
}

// count writes a number with narrow spaces between its thousands.
func count(n int) string {
	digits := strconv.Itoa(n)
	var grouped strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			grouped.WriteRune('\u202f')
		}
		grouped.WriteRune(digit)
	}
	return grouped.String()
}

// share is how much of a whole a part is, in percent, for a bar. What there is at all is seen.
func share(part, whole int) string {
	if part <= 0 || whole <= 0 {
		return "0"
	}
	return fmt.Sprintf("%.2f", math.Max(0.4, 100*float64(part)/float64(whole)))
}

// after is the beginning of a bar behind others.
func after(whole int, parts ...int) string {
	before := 0.0
	for _, part := range parts {
		var width float64
		fmt.Sscan(share(part, whole), &width)
		before += width
	}
	return fmt.Sprintf("%.2f", before)
}

// with is a query with one more parameter, or with another value of one. It begins at the
// first page.
func with(query url.Values, name string, value any) url.Values {
	changed := url.Values{}
	for key, values := range query {
		changed[key] = values
	}
	if text := fmt.Sprint(value); text == "" {
		changed.Del(name)
	} else {
		changed.Set(name, text)
	}
	return changed
}

// link is the address of a page.
func link(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// causesOf are the findings of a visit that nothing explains, without those that are unknown.
func causesOf(v fleet.Visit) []fleet.VisitFinding {
	var causes []fleet.VisitFinding
	for _, f := range v.Findings {
		if f.ExplainedBy == "" && f.Status != string(checks.Unknown) {
			causes = append(causes, f)
		}
	}
	return causes
}

// verdicts are the names of all verdicts, for a list to choose from.
func verdicts() (names []string) {
	for _, v := range checks.Verdicts() {
		names = append(names, string(v))
	}
	return names
}
