package format

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// enough is the number of recordings in which a field is planted.
const enough = 4

// plantStep returns how many fields there are for each that is planted: the usual run plants every
// tenth, and a long one each.
func plantStep() int {
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		return 1
	}
	return 10
}

// skipIfShort skips a test that takes minutes under the race detector, which finds nothing in
// sequential code.
func skipIfShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("it takes minutes under the race detector; go test without -short runs it")
	}
}

// TestPlantedInARecording checks that no text of a recording becomes advice, a title or a step.
func TestPlantedInARecording(t *testing.T) {
	skipIfShort(t)
	full, err := json.Marshal(reporttest.Example(reflect.TypeFor[device.Recording]()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := device.ReadRecording(bytes.NewReader(full)); err != nil {
		t.Fatal(err)
	}
	bases := map[string][]byte{"every field": full}
	for _, pattern := range []string{"../../testdata/recordings/*.json", "../../testdata/patients/*.json"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("no recordings: %v", err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			bases[filepath.Base(path)] = text
		}
	}
	shown, times, step := map[string]bool{}, map[string]int{}, plantStep()
	for _, base := range slices.Sorted(maps.Keys(bases)) {
		text := bases[base]
		for i, field := range reporttest.TextFields(t, text) {
			if i%step > 0 {
				continue
			}
			if times[field]++; times[field] > enough {
				continue
			}
			// Alone, and after the original text, which a check may look for.
			for _, kept := range []bool{false, true} {
				recording, err := device.ReadRecording(bytes.NewReader(reporttest.Plant(t, text, field, kept)))
				if err != nil {
					continue // not text but a time or a reason
				}
				shownIn(t, base, field, report.New(judged(recording, checks.All())), shown)
			}
		}
	}
	if len(shown) < 60/step {
		t.Errorf("only %d fields were planted", len(shown))
	}
}

// TestPlantedInAReport checks the same for a saved report. Text next to an id that this version
// knows is not shown at all.
func TestPlantedInAReport(t *testing.T) {
	skipIfShort(t)
	full, err := json.Marshal(reporttest.Example(reflect.TypeFor[report.Report]()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := report.Read(bytes.NewReader(full)); err != nil {
		t.Fatal(err)
	}
	bases := map[string][]byte{"every field": full}
	for _, name := range []string{"tray-of-six", "local-backups", "hostile-reporttest.PlantedNames", "icloud-full-on-record"} {
		r := report.New(judged(recordings(t)[name], checks.All()))
		bases[name] = jsonText(t, WriteJSON, r)
	}
	shown, step := map[string]bool{}, plantStep()
	for _, base := range slices.Sorted(maps.Keys(bases)) {
		text := bases[base]
		everywhere := text
		fields := reporttest.TextFields(t, text)
		for i, field := range fields {
			once := reporttest.Plant(t, text, field, false)
			r, err := report.Read(bytes.NewReader(once))
			if err != nil {
				continue
			}
			if i%step == 0 {
				shownIn(t, base, field, r, shown)
			}
			if !slices.ContainsFunc([]string{".check", ".id", ".remedy", ".mode", ".status", ".verdict", ".subject", ".explainedBy"}, func(id string) bool { return strings.HasSuffix(field, id) }) {
				everywhere = reporttest.Plant(t, everywhere, field, false)
			}
		}
		// If all ids of a report are known, none of its titles, remedies and sources remain.
		r, err := report.Read(bytes.NewReader(everywhere))
		if base == "every field" {
			continue
		}
		if err != nil {
			t.Logf("%s: %v", base, err)
			continue
		}
		for _, d := range r.Devices {
			for _, f := range d.Findings {
				for _, text := range append([]string{f.Title, f.Effect}, titlesOf(f)...) {
					if strings.Contains(text, reporttest.Planted) {
						t.Errorf("%s: %s has %q", base, f.Check, text)
					}
				}
			}
			for _, s := range d.Plan {
				if strings.Contains(fmt.Sprint(s.Title, s.Actor, s.Risk, s.Steps, s.Sources), reporttest.Planted) {
					t.Errorf("%s: the step %s is %+v", base, s.Remedy, s)
				}
			}
			for _, b := range d.Backups {
				for _, f := range b.Faults {
					if strings.Contains(f.Title+f.Severity+f.Remedy, reporttest.Planted) {
						t.Errorf("%s: the fault %s is %+v", base, f.Mode, f)
					}
				}
			}
		}
	}
}

func titlesOf(f report.Finding) []string {
	var titles []string
	for _, r := range f.Remedies {
		titles = append(titles, r.Title)
	}
	for _, s := range f.Sources {
		titles = append(titles, s.Title, s.URL)
	}
	return titles
}

// eventsOf returns a report as the event lines of its run.
func eventsOf(t *testing.T, r report.Report) []string {
	t.Helper()
	events := []report.Event{{Type: report.RunStart, Run: r.Run}}
	for _, d := range r.Devices {
		about := report.Event{Run: r.Run, UDID: d.UDID, Name: d.Name, Slot: d.Slot, Location: d.Location, Connection: d.Connection}
		attached, done := about, about
		attached.Type, attached.State = report.DeviceAttached, report.Waiting
		done.Type, done.Device = report.DeviceDone, &d
		events = append(events, attached, done)
	}
	summary := r
	summary.Devices = []report.Device{}
	events = append(events, report.Event{Type: report.RunSummary, Run: r.Run, Report: &summary})
	var lines []string
	for _, e := range events {
		e.Header = report.NewHeader(report.KindEvent)
		var line bytes.Buffer
		if err := WriteEvent(&line, e); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line.String())
	}
	return lines
}

// TestPlantedInEvents checks the same for the events of a run, however much text they have.
func TestPlantedInEvents(t *testing.T) {
	skipIfShort(t)
	shown, step := map[string]bool{}, plantStep()
	for _, name := range []string{"tray-of-six", "local-backups"} {
		lines := eventsOf(t, report.New(judged(recordings(t)[name], checks.All())))
		whole, cutOff := strings.Join(lines, ""), strings.Join(lines[:len(lines)-1], "")
		for at, line := range lines {
			for i, field := range reporttest.TextFields(t, []byte(line)) {
				if i%step > 0 || shown[field] {
					continue
				}
				planted := string(reporttest.Plant(t, []byte(line), field, false)) + "\n"
				for what, run := range map[string]string{"whole": whole, "cut off": cutOff} {
					r, err := report.Read(strings.NewReader(strings.Replace(run, lines[at], planted, 1)))
					if err != nil {
						continue // not text but a time or the kind of the event
					}
					shownIn(t, name+", "+what, field, r, shown)
				}
			}
		}
	}
	if len(shown) < 60/step {
		t.Errorf("only %d fields were planted", len(shown))
	}
}

// TestANewerProgramsWordsAreItsOwn checks that the text of an unknown id is shown and
// attributed to its writer.
func TestANewerProgramsWordsAreItsOwn(t *testing.T) {
	r, err := report.Read(strings.NewReader(`{"kind": "report", "schema": 2, "subject": "devices", "devices": [{"udid": "U", "verdict": "failing",
		"findings": [{"check": "lid-open", "title": "The lid is shut", "status": "problem", "summary": "The lid is open.", "remedies": [{"id": "shut-lid", "title": "Shut it"}]}],
		"plan": [{"remedy": "shut-lid", "title": "Shut the lid", "actor": "user", "steps": ["Push it down."], "for": ["lid-open"]}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := WriteMarkdown(&page, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"“The lid is open.”", "1. in the words of the program that wrote the report: “Shut the lid”", "1. “Push it down.”",
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("no %q in\n%s", want, page.String())
		}
	}
}

// shownIn looks for planted text in two formats, or in all the first time.
func shownIn(t *testing.T, base, field string, r report.Report, shown map[string]bool) {
	t.Helper()
	for _, found := range append(reporttest.InJSON(jsonText(t, WriteJSON, r)), inCSV(t, written(t, allFindings, r))...) {
		t.Errorf("%s, %s: %s", base, field, found)
	}
	if !shown[field] {
		shown[field] = true
		everyFormat(t, base+", "+field, r)
		for _, line := range eventsOf(t, r) {
			for _, found := range reporttest.InJSON([]byte(line)) {
				t.Errorf("%s, %s, in an event: %s", base, field, found)
			}
		}
	}
}

// everyFormat renders a report in all formats and looks for planted text.
func everyFormat(t *testing.T, what string, r report.Report) {
	t.Helper()
	backups := r
	backups.Subject = report.OfBackups
	for face, r := range map[string]report.Report{"": r, "backups ": backups} {
		for name, o := range terminals {
			o.Width, o.All, o.ShowSuppressed = max(minTableWidth-1, o.Width), true, true
			if o.Width >= minTableWidth {
				o.Width = 4000 // avoid wrapping
			}
			var text bytes.Buffer
			if err := WriteTable(&text, r, o); err != nil {
				t.Fatal(err)
			}
			shown := text.String()
			if o.Width < minTableWidth {
				shown = unwrapped(shown)
			}
			for _, found := range reporttest.Unquoted(shown) {
				t.Errorf("%s, %s%s: %s", what, face, name, found)
			}
		}
		for name, text := range map[string]string{
			"Markdown": strings.ReplaceAll(written(t, WriteMarkdown, r), `\`, ""),
			"plain":    written(t, WritePlain, r),
			"JUnit":    xmlText(written(t, WriteJUnit, r)),
			"HTML":     reporttest.HTMLText(written(t, WriteHTML, r)),
		} {
			for _, found := range reporttest.Unquoted(text) {
				t.Errorf("%s, %s%s: %s", what, face, name, found)
			}
		}
		for name, write := range map[string]func(io.Writer, report.Report) error{"CSV": WriteCSV, "CSV of findings": allFindings} {
			for _, found := range inCSV(t, written(t, write, r)) {
				t.Errorf("%s, %s%s: %s", what, face, name, found)
			}
		}
		for _, found := range inLabels(written(t, WritePrometheus, r)) {
			t.Errorf("%s, %sPrometheus: %s", what, face, found)
		}
	}
}

func written(t *testing.T, write func(io.Writer, report.Report) error, r report.Report) string {
	t.Helper()
	return string(jsonText(t, write, r))
}

func jsonText(t *testing.T, write func(io.Writer, report.Report) error, r report.Report) []byte {
	t.Helper()
	var text bytes.Buffer
	if err := write(&text, r); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

// unwrapped joins the lines of each paragraph.
func unwrapped(text string) string {
	return regexp.MustCompile(`\n *([^\n])`).ReplaceAllString(text, " $1")
}

// xmlText returns the texts and attributes of a document, except properties with a
// self-explanatory name.
func xmlText(document string) string {
	property := regexp.MustCompile(`<property name="(?:` + strings.Join(reporttest.PlantedNames, "|") + `|asset\.[^"]*)" value="[^"]*">`)
	document = property.ReplaceAllString(document, "")
	document = regexp.MustCompile(`name="asset\.[^"]*"`).ReplaceAllString(document, "")
	return html.UnescapeString(regexp.MustCompile(`[a-z]+="([^"]*)"`).ReplaceAllString(document, "$1"))
}

func inCSV(t *testing.T, table string) []string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, row := range rows[1:] {
		for i, cell := range row {
			inventory := !slices.Contains(csvHeads, rows[0][i])
			if strings.Contains(cell, reporttest.Planted) && !inventory && !slices.Contains(reporttest.PlantedNames, rows[0][i]) && len(reporttest.Unquoted(cell)) > 0 {
				found = append(found, rows[0][i]+": "+cell)
			}
		}
	}
	return found
}

// csvHeads are the columns that do not come from an inventory.
var csvHeads = slices.Concat(heads(deviceColumns), heads(findingColumns))

func inLabels(exposition string) []string {
	var found []string
	for _, label := range regexp.MustCompile(`([a-z_]+)="((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(exposition, -1) {
		if strings.Contains(label[2], reporttest.Planted) && !slices.Contains(reporttest.PlantedNames, label[1]) && len(reporttest.Unquoted(label[2])) > 0 {
			found = append(found, label[0])
		}
	}
	return found
}

// allFindings writes every finding as CSV.
func allFindings(w io.Writer, r report.Report) error {
	return WriteCSVFindings(w, r, Options{All: true})
}
