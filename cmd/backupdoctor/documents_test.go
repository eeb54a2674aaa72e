package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// Documents written by commands conform to the schema of their kind.
func TestDocumentsFollowTheirSchemas(t *testing.T) {
	folder := t.TempDir()
	env := map[string]string{"XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder, "HOME": folder, "BACKUPDOCTOR_HISTORY": filepath.Join(folder, "history.sqlite")}
	recording := "../../testdata/recordings/local-backups.json"
	file := func(name string) string { return filepath.Join(folder, name) }
	for _, c := range []struct {
		args []string
		kind report.Kind
		path string // of the written file; "" for stdout
	}{
		{[]string{"demo", "--json"}, report.KindReport, ""},
		{[]string{"scan", "--from", recording, "--json"}, report.KindReport, ""},
		{[]string{"scan", "--from", recording, "-o", "json=" + file("a.json"), "-o", "ndjson"}, report.KindEvent, ""},
		{[]string{"report", "diff", file("a.json"), file("a.json"), "--json"}, report.KindDiff, ""},
		{[]string{"scan", "--from", recording, "--record", file("case.json"), "--quiet"}, report.KindRecording, file("case.json")},
		{[]string{"self-check", "--json", "--timeout", "1s", "--usbmux", "127.0.0.1:1"}, report.KindSelfCheck, ""},
		{[]string{"checks", "--json"}, report.KindChecks, ""},
		{[]string{"explain", "backup-turned-off", "--json"}, report.KindExplanation, ""},
		{[]string{"explain", "--json", "303"}, report.KindExplanation, ""},
		{[]string{"version", "-o", "json=" + file("version.json")}, report.KindVersion, file("version.json")},
		{[]string{"releases", "show", "--json"}, report.KindReleases, ""},
		{[]string{"config", "--json"}, report.KindSettings, ""},
		{[]string{"slots", "list", "-o", "json"}, report.KindSlots, ""},
	} {
		t.Run(strings.Join(c.args[:2], " "), func(t *testing.T) {
			ran := typedIn(t, t.Context(), env, c.args...)
			document := []byte(ran.stdout)
			if c.path != "" {
				var err error
				if document, err = os.ReadFile(c.path); err != nil {
					t.Fatalf("%v\n%s", err, ran.stderr)
				}
			}
			documents := [][]byte{document}
			if c.kind == report.KindEvent {
				documents = nil
				for line := range strings.Lines(ran.stdout) {
					documents = append(documents, []byte(line))
				}
			}
			if len(documents) == 0 {
				t.Fatalf("nothing was written: %s", ran.stderr)
			}
			schema := reporttest.Validator(t, report.SchemaID(c.kind), report.JSONSchema(c.kind))
			for _, document := range documents {
				var header report.Header
				if err := json.Unmarshal(document, &header); err != nil {
					t.Fatalf("%v: %.200s\n%s", err, document, ran.stderr)
				}
				if header.Kind != c.kind || header.Schema != report.Schema {
					t.Errorf("it is a %q with schema number %d", header.Kind, header.Schema)
				}
				if err := reporttest.Validate(t, schema, document); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
