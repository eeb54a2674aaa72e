package format

import (
	"bytes"
	"encoding"
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
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// planted is advice that a stranger puts where a name or a value should be.
const planted = "rm -rf ~/Backups"

// names are the fields of documents for programs that hold what a device, its owner or a
// folder is called, and never a word of this program.
var names = []string{
	"udid", "serial", "slot", "location", "name", "model", "modelName", "model_name", "productType", "product_type", "productVersion", "product_version",
	"buildVersion", "build_version", "system", "value", "subject", "detail", "because", "folder", "path", "domain", "fileID", "target", "program", "unseen",
	"run", "version", "os", "tableSource", "state", "reason", "retried", "noLastBackup", "check", "mode", "explainedBy", "explained_by", "for", "id",
	"verdict", "next", "failOn", "depth", "status", "actor", "effect", "severity", "remedy", "shown", "faults", "depth", "connection", "command", "fellBack",
}

// enough is in how many recordings a field is planted.
const enough = 4

// TestPlantedInARecording: no text of a recording becomes advice, a title or a step.
func TestPlantedInARecording(t *testing.T) {
	full, err := json.Marshal(example(reflect.TypeFor[device.Recording]()))
	if err != nil {
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
	shown, times := map[string]bool{}, map[string]int{}
	for _, base := range slices.Sorted(maps.Keys(bases)) {
		text := bases[base]
		for _, field := range textFields(t, text) {
			if times[field]++; times[field] > enough {
				continue
			}
			// Alone, and behind what stood there, which may be what a check looks for.
			for _, kept := range []bool{false, true} {
				recording, err := device.ReadRecording(bytes.NewReader(plant(t, text, field, kept)))
				if err != nil {
					continue // it is no text, but a time or a reason
				}
				shownIn(t, base, field, report.New(judged(recording, checks.All())), shown)
			}
		}
	}
	if len(shown) < 60 {
		t.Errorf("only %d fields were planted", len(shown))
	}
}

// TestPlantedInAReport: neither does a text of a saved report. What it says under an id that
// this version knows is not shown at all.
func TestPlantedInAReport(t *testing.T) {
	full, err := json.Marshal(example(reflect.TypeFor[report.Report]()))
	if err != nil {
		t.Fatal(err)
	}
	bases := map[string][]byte{"every field": full}
	for _, name := range []string{"tray-of-six", "local-backups", "hostile-names", "icloud-full-on-record"} {
		r := report.New(judged(recordings(t)[name], checks.All()))
		bases[name] = jsonText(t, WriteJSON, r)
	}
	shown := map[string]bool{}
	for base, text := range bases {
		everywhere := text
		fields := textFields(t, text)
		for _, field := range fields {
			once := plant(t, text, field, false)
			r, err := report.Read(bytes.NewReader(once))
			if err != nil {
				continue
			}
			shownIn(t, base, field, r, shown)
			if !slices.ContainsFunc([]string{".check", ".id", ".remedy", ".mode", ".status", ".verdict", ".subject", ".explainedBy"}, func(id string) bool { return strings.HasSuffix(field, id) }) {
				everywhere = plant(t, everywhere, field, false)
			}
		}
		// Of a report whose ids are known nothing is left of its titles, remedies and sources.
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
					if strings.Contains(text, planted) {
						t.Errorf("%s: %s has %q", base, f.Check, text)
					}
				}
			}
			for _, s := range d.Plan {
				if strings.Contains(fmt.Sprint(s.Title, s.Actor, s.Risk, s.Steps, s.Sources), planted) {
					t.Errorf("%s: the step %s is %+v", base, s.Remedy, s)
				}
			}
			for _, b := range d.Backups {
				for _, f := range b.Faults {
					if strings.Contains(f.Title+f.Severity+f.Remedy, planted) {
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

// TestANewerProgramsWordsAreItsOwn: of an id that this version does not know the words are
// shown, and said to be the writer's.
func TestANewerProgramsWordsAreItsOwn(t *testing.T) {
	r, err := report.Read(strings.NewReader(`{"schema": 1, "subject": "devices", "devices": [{"udid": "U", "verdict": "failing",
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

// shownIn looks for what was planted in a field: in two formats, and the first time in all.
func shownIn(t *testing.T, base, field string, r report.Report, shown map[string]bool) {
	t.Helper()
	for _, found := range append(inJSON(jsonText(t, WriteJSON, r)), inCSV(t, written(t, WriteCSVFindings, r))...) {
		t.Errorf("%s, %s: %s", base, field, found)
	}
	if !shown[field] {
		shown[field] = true
		everyFormat(t, base+", "+field, r)
	}
}

// everyFormat shows a report in all formats and looks for what was planted.
func everyFormat(t *testing.T, what string, r report.Report) {
	t.Helper()
	backups := r
	backups.Subject = report.OfBackups
	for face, r := range map[string]report.Report{"": r, "backups ": backups} {
		for name, o := range terminals {
			o.Width, o.All, o.ShowSuppressed = max(minTableWidth-1, o.Width), true, true
			if o.Width >= minTableWidth {
				o.Width = 4000 // so that nothing is wrapped
			}
			var text bytes.Buffer
			if err := WriteTable(&text, r, o); err != nil {
				t.Fatal(err)
			}
			shown := text.String()
			if o.Width < minTableWidth {
				shown = unwrapped(shown)
			}
			for _, found := range unquoted(shown) {
				t.Errorf("%s, %s%s: %s", what, face, name, found)
			}
		}
		for name, text := range map[string]string{
			"Markdown": strings.ReplaceAll(written(t, WriteMarkdown, r), `\`, ""),
			"JUnit":    xmlText(written(t, WriteJUnit, r)),
			"HTML":     htmlText(written(t, WriteHTML, r)),
		} {
			for _, found := range unquoted(text) {
				t.Errorf("%s, %s%s: %s", what, face, name, found)
			}
		}
		for name, write := range map[string]func(io.Writer, report.Report) error{"CSV": WriteCSV, "CSV of findings": WriteCSVFindings} {
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

// unquoted are the lines in which what was planted stands outside quotation marks.
func unquoted(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		rest := line
		for {
			before, after, there := strings.Cut(rest, planted)
			if !there {
				break
			}
			begun := len(line) - len(rest) + len(before)
			if !inside(line[:begun], after) {
				found = append(found, strings.TrimSpace(line))
				break
			}
			rest = after
		}
	}
	return found
}

// inside reports whether a quotation is open between two parts of a line.
func inside(before, after string) bool {
	if strings.LastIndex(before, "“") > strings.LastIndex(before, "”") {
		return strings.Contains(after, "”")
	}
	return strings.Count(before, `"`)%2 == 1 && strings.Contains(after, `"`) // in ASCII
}

// unwrapped joins the lines of each paragraph.
func unwrapped(text string) string {
	return regexp.MustCompile(`\n *([^\n])`).ReplaceAllString(text, " $1")
}

var tags = regexp.MustCompile(`<[^>]*>`)

// htmlText is what a page shows, and its attributes that are shown.
func htmlText(page string) string {
	body := page[strings.Index(page, "<body>"):]
	shownAttributes := regexp.MustCompile(`(?:data-name|title|aria-label)="([^"]*)"`).ReplaceAllString(body, `>$1<x`)
	return html.UnescapeString(tags.ReplaceAllString(shownAttributes, " "))
}

// xmlText is the texts and the attributes of a document, but for properties whose name says
// what they are.
func xmlText(document string) string {
	property := regexp.MustCompile(`<property name="(?:` + strings.Join(names, "|") + `|asset\.[^"]*)" value="[^"]*">`)
	document = property.ReplaceAllString(document, "")
	document = regexp.MustCompile(`name="asset\.[^"]*"`).ReplaceAllString(document, "")
	return html.UnescapeString(regexp.MustCompile(`[a-z]+="([^"]*)"`).ReplaceAllString(document, "$1"))
}

func inJSON(document []byte) []string {
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		return []string{err.Error()}
	}
	var found []string
	eachText(value, "", "", func(field, name, text string) string {
		if strings.Contains(text, planted) && !slices.Contains(names, name) && len(unquoted(text)) > 0 {
			if !strings.Contains(field, ".asset") && !strings.Contains(field, ".unseen") {
				found = append(found, field+": "+text)
			}
		}
		return text
	})
	return found
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
			if strings.Contains(cell, planted) && !inventory && !slices.Contains(names, rows[0][i]) && len(unquoted(cell)) > 0 {
				found = append(found, rows[0][i]+": "+cell)
			}
		}
	}
	return found
}

// csvHeads are the columns that are not those of an inventory.
var csvHeads = slices.Concat(heads(deviceColumns), heads(findingColumns))

func inLabels(exposition string) []string {
	var found []string
	for _, label := range regexp.MustCompile(`([a-z_]+)="((?:[^"\\]|\\.)*)"`).FindAllStringSubmatch(exposition, -1) {
		if strings.Contains(label[2], planted) && !slices.Contains(names, label[1]) && len(unquoted(label[2])) > 0 {
			found = append(found, label[0])
		}
	}
	return found
}

// textFields are the fields of a document that hold a text, by their path without places in
// lists, each once.
func textFields(t *testing.T, document []byte) []string {
	t.Helper()
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		t.Fatal(err)
	}
	var fields []string
	eachText(value, "", "", func(field, _, text string) string {
		if !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
		return text
	})
	return fields
}

// plant writes advice into a field of a document, wherever that is.
func plant(t *testing.T, document []byte, field string, kept bool) []byte {
	t.Helper()
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(eachText(value, "", "", func(at, _, text string) string {
		switch {
		case at == field && kept:
			return text + " " + planted
		case at == field:
			return planted
		}
		return text
	}))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// eachText changes every text of a document.
func eachText(value any, field, name string, change func(field, name, text string) string) any {
	switch value := value.(type) {
	case string:
		return change(field, name, value)
	case []any:
		for i := range value {
			value[i] = eachText(value[i], field+"[]", name, change)
		}
	case map[string]any:
		for key, below := range value {
			value[key] = eachText(below, field+"."+key, key, change)
		}
	}
	return value
}

// example is a value of a type without an empty field, as it stands in JSON.
func example(of reflect.Type) any {
	if value, isFact := of.MethodByName("Get"); isFact {
		return map[string]any{"value": example(value.Type.Out(0))}
	}
	switch {
	case of == reflect.TypeFor[time.Time]():
		return "2026-11-20T09:30:00Z"
	case reflect.PointerTo(of).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return "absent"
	}
	switch of.Kind() {
	case reflect.Pointer:
		return example(of.Elem())
	case reflect.Slice:
		return []any{example(of.Elem())}
	case reflect.String:
		return "x"
	case reflect.Bool:
		return true
	case reflect.Struct:
		object := map[string]any{}
		for i := range of.NumField() {
			field := of.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case field.Anonymous && name == "":
				for key, value := range example(field.Type).(map[string]any) {
					object[key] = value
				}
			case field.IsExported():
				object[name] = example(field.Type)
			}
		}
		return object
	default:
		return 1
	}
}
