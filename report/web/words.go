package web

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	text "github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// words are the functions of all templates. Text from a device, its owner or a bench goes
// through label where a name is expected, and through quoted elsewhere. Sentences of this
// program, and of reworded reports, go through clean.
var words = template.FuncMap{
	"clean": report.Clean, "label": Label, "quoted": Quoted, "capital": capital, "because": because, "short": Short, "shortFor": ShortFor,
	"moment": Moment, "ago": text.Ago, "day": day, "count": text.Count, "number": number,
	"verdict": format.VerdictMark, "status": format.StatusMark, "proof": format.BackupMark,
	"link": Link, "set": with, "stepOf": stepOf,
}

// Moment formats a time in the server's time zone.
func Moment(t time.Time) string { return text.Moment(t.Local()) }

// day formats the date of a time in the server's time zone.
func day(t time.Time) string { return text.Date(t.Local()) }

// Label formats a name given by a device or its owner.
func Label(name string) string { return device.Label(report.Clean(name)) }

// Quoted quotes text written by a device or its owner.
func Quoted(words string) string { return device.Quoted(report.Clean(words)) }

// Short returns the fault that a check looks for, in a few words.
func Short(check string) string { return report.Clean(report.ShortOf(check)) }

// ShortFor is like Short for a cause with the given status: a hint is labelled as one.
func ShortFor(check, status string) string { return report.Clean(report.ShortFor(check, status)) }

// stepOf returns the number of a remedy in a device's plan, from 1; 0 if the plan does not have it.
func stepOf(d *report.Device, remedy string) int {
	return 1 + slices.IndexFunc(d.Plan, func(s report.Step) bool { return s.Remedy == remedy })
}

// because describes a reason in words.
func because(reason, detail string) string {
	return report.Clean(device.Gap{Reason: device.Reason(reason), Detail: detail}.Error())
}

// capital capitalizes the first letter of one of this program's words.
func capital(word string) string {
	return strings.ToUpper(word[:min(1, len(word))]) + word[min(1, len(word)):]
}

// number formats a number with commas between thousands.
func number(n int) string { return text.Number(uint64(max(0, n))) }

// A Total is a count and its label.
type Total struct {
	Count int
	Mark  format.Mark
	Note  string
	Link  string // to the counted items; "" for none
}

// Totals counts devices by verdict, with "" for unknown verdicts. Suppressed and unknown are
// omitted if their count is zero.
func Totals(of func(checks.Verdict) int, link func(checks.Verdict) string) []Total {
	var totals []Total
	for _, v := range checks.Verdicts() {
		if n := of(v); n > 0 || v != checks.Suppressed {
			totals = append(totals, Total{Count: n, Mark: format.VerdictMark(string(v)), Link: link(v)})
		}
	}
	if n := of(""); n > 0 {
		totals = append(totals, Total{Count: n, Mark: format.VerdictMark("")})
	}
	return totals
}

// A Bar is one row of a chart of causes.
type Bar struct {
	Text  string // the cause
	Mark  format.Mark
	Count int
	Link  string // to the devices; "" for none
	Parts []BarPart
}

// A BarPart is part of a bar, in percent of the whole.
type BarPart struct{ Tone, From, Width string }

// NewBar returns the bar of a check with its numbers of problems and warnings.
func NewBar(check string, problems, warnings, whole int) Bar {
	status := string(checks.Warning)
	if problems > 0 {
		status = string(checks.Problem)
	}
	bar := Bar{Text: ShortFor(check, status), Count: problems + warnings, Mark: format.StatusMark(status)}
	bar.Parts = BarParts(whole, BarCount{"bad", problems}, BarCount{"warn", warnings})
	return bar
}

// A BarCount is a number with a tone.
type BarCount struct {
	Tone  string
	Count int
}

// BarParts lays out numbers one after the other, as shares of a whole. Any nonzero number is
// wide enough to be visible.
func BarParts(whole int, counts ...BarCount) []BarPart {
	var parts []BarPart
	from := 0.0
	for _, c := range counts {
		if c.Count <= 0 || whole <= 0 {
			continue
		}
		width := math.Max(0.4, 100*float64(c.Count)/float64(whole))
		parts = append(parts, BarPart{c.Tone, fmt.Sprintf("%.2f", from), fmt.Sprintf("%.2f", width)})
		from += width
	}
	return parts
}

// Link returns the URL of a page.
func Link(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// with returns a copy of the query with one parameter added or replaced.
func with(query url.Values, name string, value any) url.Values {
	changed := url.Values{}
	maps.Copy(changed, query)
	if text := fmt.Sprint(value); text == "" {
		changed.Del(name)
	} else {
		changed.Set(name, text)
	}
	return changed
}
