package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// A printed is a command, and the documents that it prints.
type printed struct {
	args []string
	kind report.Kind
	path string // of the written file; "" for stdout
}

// Documents written by commands conform to the schema of their kind. Every kind is written by
// one of them; TestHubDocumentsFollowTheirSchemas has those of a hub.
func TestDocumentsFollowTheirSchemas(t *testing.T) {
	skipOneByOne(t)
	folder := t.TempDir()
	env := map[string]string{"XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder, "HOME": folder, "BACKUPDOCTOR_HISTORY": filepath.Join(folder, "history.sqlite")}
	recording := "../../testdata/recordings/local-backups.json"
	file := func(name string) string { return filepath.Join(folder, name) }
	device := loadDevice(t.Fatalf, "healthy-iphone")
	device.Away = 50 * time.Millisecond
	tray, err := sim.New(time.Now, device)
	if err != nil {
		t.Fatal(err)
	}
	address := serve(t, tray)
	broken, err := backuptest.Write(t.TempDir(), backuptest.Backup{Files: slices.Values([]backuptest.File{{Domain: "CameraRollDomain", Path: "Media/a", Data: []byte("photo")}})})
	if err == nil {
		err = ruin(broken.Path)
	}
	if err != nil {
		t.Fatal(err)
	}
	slots := file("slots.yaml")
	if err := os.WriteFile(slots, []byte("1: 0x14120000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	commands := []printed{
		{[]string{"scan", "--usbmux", address, "--json"}, report.KindReport, ""}, // first, for the history
		{[]string{"demo", "--json"}, report.KindReport, ""},
		{[]string{"scan", "--from", recording, "-o", "json=" + file("a.json"), "-o", "ndjson"}, report.KindEvent, ""},
		{[]string{"backups", broken.Path, "--json"}, report.KindReport, ""},
		{[]string{"verify", broken.Path, "--json", "--files", file("files.jsonl")}, report.KindReport, ""},
		{[]string{"verify", broken.Path, "--quiet", "--files", file("more.jsonl")}, report.KindFaultyFile, file("more.jsonl")},
		{[]string{"report", file("a.json"), "--json"}, report.KindReport, ""},
		{[]string{"report", "diff", file("a.json"), file("a.json"), "--json"}, report.KindDiff, ""},
		{[]string{"scan", "--from", recording, "--record", file("case.json"), "--quiet"}, report.KindRecording, file("case.json")},
		{[]string{"self-check", "--json", "--timeout", "1s", "--usbmux", "127.0.0.1:1"}, report.KindSelfCheck, ""},
		{[]string{"devices", "--usbmux", address, "--json"}, report.KindDevices, ""},
		{[]string{"history", "--json"}, report.KindRuns, ""},
		{[]string{"history", device.UDID(), "--json"}, report.KindStory, ""},
		{[]string{"history", "show", "last", "--json"}, report.KindReport, ""},
		{[]string{"history", "stale", "--json"}, report.KindStale, ""},
		{[]string{"history", "export", "-o", "json"}, report.KindHistory, ""},
		{[]string{"history", "export", "-o", "ndjson"}, report.KindRun, ""},
		{[]string{"treat", "--open", "--json"}, report.KindRepairs, ""},
		{[]string{"history", "remedies", "--json"}, report.KindRemedies, ""},
		{[]string{"history", "health", "--json"}, report.KindSlotHealth, ""},
		{[]string{"slots", "list", "-o", "json"}, report.KindSlots, ""},
		{[]string{"checks", "--json"}, report.KindChecks, ""},
		{[]string{"explain", "backup-turned-off", "--json"}, report.KindExplanation, ""},
		{[]string{"explain", "--json", "303"}, report.KindExplanation, ""},
		{[]string{"version", "-o", "json=" + file("version.json")}, report.KindVersion, file("version.json")},
		{[]string{"releases", "show", "--json"}, report.KindReleases, ""},
		{[]string{"config", "--json"}, report.KindSettings, ""},
		{[]string{"restart", "--yes", "--json", "--usbmux", address}, report.KindRestarts, ""}, // last: it is locked then
	}
	written := map[report.Kind]bool{}
	var all [][]byte
	for _, c := range commands {
		t.Run(strings.Join(c.args[:2], " "), func(t *testing.T) {
			ran := typedIn(t, t.Context(), env, c.args...)
			documents := []byte(ran.stdout)
			if c.path != "" {
				var err error
				if documents, err = os.ReadFile(c.path); err != nil {
					t.Fatalf("%v\n%s", err, ran.stderr)
				}
			}
			for _, document := range documentsIn(documents) {
				written[mustBe(t, document, ran.stderr, c.kind)] = true
				all = append(all, document)
			}
			if !written[c.kind] {
				t.Fatalf("no %s was written: %s", c.kind, ran.stderr)
			}
		})
	}
	mustConform(t, all)
	for _, c := range hubDocuments("") {
		written[c.kind] = true
	}
	written[report.KindFleetBenches] = true // written by the pages of a hub, and tested there
	for _, k := range report.Kinds() {
		if !written[k.Kind] {
			t.Errorf("no command of this test writes a %s", k.Kind)
		}
	}
}

// documentsIn splits lines of NDJSON. Indented JSON is one document.
func documentsIn(text []byte) (documents [][]byte) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		var document json.RawMessage
		if decoder.Decode(&document) != nil {
			return documents
		}
		documents = append(documents, document)
	}
}

// mustBe checks that a document says that it is of the kind want, and returns the kind. A history in
// NDJSON has lines of two kinds.
func mustBe(t *testing.T, document []byte, stderr string, want report.Kind) report.Kind {
	t.Helper()
	var header report.Header
	if err := json.Unmarshal(document, &header); err != nil {
		t.Fatalf("%v: %.200s\n%s", err, document, stderr)
	}
	lines := want == report.KindRun && header.Kind == report.KindVisit
	if header.Kind != want && !lines || header.Schema != report.Schema {
		t.Errorf("it is a %q with schema number %d, want a %q", header.Kind, header.Schema, want)
	}
	return header.Kind
}

// mustConform checks documents by the schemas of their kinds.
func mustConform(t *testing.T, documents [][]byte) {
	t.Helper()
	conforms := exec.Command("go", "run", "../../testdata/schematest/conforms")
	conforms.Env = append(os.Environ(), "CGO_ENABLED=0") // as the tests of the package build it
	conforms.Stdin = bytes.NewReader(bytes.Join(documents, []byte("\n")))
	if out, err := conforms.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
