package format

import (
	"bytes"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// letters match the letters before the lines of a step.
var letters = regexp.MustCompile(`(?m)^\s*[a-z]\. `)

// anyTag matches an HTML or XML tag.
var anyTag = regexp.MustCompile(`<[^>]*>`)

// plainText returns the text of a page that a reader sees.
func plainText(text string) string {
	text = html.UnescapeString(anyTag.ReplaceAllString(text, " "))
	return strings.NewReplacer(`\`, "", `"`, "").Replace(letters.ReplaceAllString(text, ""))
}

// Every remedy that deletes or erases shows its precondition in every format, in full where the
// format shows steps.
func TestPreconditionsInEveryFormat(t *testing.T) {
	withSteps := map[string]bool{"table": true, "json": true, "markdown": true, "html": true}
	r := report.New(report.Run{Examined: []report.Examined{reporttest.EveryRemedy()}})
	written := map[string]func(io.Writer) error{
		"ndjson": func(w io.Writer) error {
			return WriteEvent(w, report.Event{Type: report.DeviceDone, Device: &r.Devices[0]})
		},
		"cards": func(w io.Writer) error { return WriteTable(w, r, Options{Width: 60, All: true, UTF8: true}) },
		"ascii": func(w io.Writer) error { return WriteTable(w, r, Options{Width: 80, All: true}) },
	}
	withSteps["ndjson"], withSteps["cards"], withSteps["ascii"] = true, true, true
	for _, f := range formats {
		if f.Name != Streamed {
			written[f.Name] = func(w io.Writer) error { return f.Write(w, r, Options{Width: 200, All: true, UTF8: true}) }
		}
	}
	for name, write := range written {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if wrong := reporttest.CarriesPreconditions(plainText(b.String()), withSteps[name]); wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
	}
}

// The same is true of explanations of a check, code or message, for no particular model.
func TestPreconditionsInExplanations(t *testing.T) {
	guarded := func(of string, ids []remedies.ID, text string) {
		t.Helper()
		text = strings.Join(strings.Fields(plainText(text)), " ")
		for _, id := range ids {
			r, _ := remedies.Find(id)
			if r == nil || r.Loses == remedies.LosesNothing && r.Guard == remedies.Unguarded {
				continue
			}
			for _, line := range r.Lines(reporttest.Snapshot("", "").Device)[:1] {
				if line = strings.Join(strings.Fields(line), " "); !strings.Contains(text, line) || !strings.Contains(text, r.Heading()) {
					t.Errorf("%s: %s is shown without %q", of, id, line)
				}
			}
		}
	}
	for _, c := range checks.All() {
		var b bytes.Buffer
		if err := Explain(&b, c, Options{Width: 100}); err != nil {
			t.Fatal(err)
		}
		guarded(c.ID, c.Remedies, b.String())
	}
	for _, m := range codes.Meanings() {
		var b bytes.Buffer
		if err := ExplainMeanings(&b, []codes.Meaning{m}, Options{Width: 100}); err != nil {
			t.Fatal(err)
		}
		guarded(m.Title(), m.Remedies, b.String())
	}
}
