package format

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
	"github.com/backupdoctor/backupdoctor/testdata/schematest"
)

// terminals are the options each recording is rendered with; the key is a suffix of the
// golden's name.
var terminals = map[string]Options{
	"table.txt": {Width: 80, UTF8: true},
	"cards.txt": {Width: 60, UTF8: true},
	"ascii.txt": {Width: 80, All: true},
}

// wholeRecording is the one recording whose goldens show every check.
const wholeRecording = "tray-of-six"

// about lists the checks shown for each other recording. New checks do not change their
// goldens.
var about = map[string][]string{
	"backup-turned-off":     {"not-trusted", "false-alarm", "backup-turned-off", "backup-stale", "icloud-storage-full", "managed-account-service-off", "software-out-of-date", "device-storage-low"},
	"healthy":               {"not-trusted", "false-alarm", "backup-turned-off", "backup-stale", "storage-plan-lapsed", "signed-out", "software-out-of-date", "device-storage-low", "local-backup-broken"},
	"hostile-names":         {"not-trusted", "backup-turned-off", "backup-stale", "mdm-disallows-backup", "managed-account-service-off", "wifi-missing", "vpn-proxy-firewall", "software-out-of-date", "device-storage-low"},
	"icloud-full-on-record": {"not-trusted", "false-alarm", "backup-turned-off", "backup-stale", "icloud-storage-full", "backup-too-large", "account-needs-attention", "screen-time-account-changes", "wifi-missing", "auto-not-charging", "wifi-slow-unstable", "icloud-outage", "software-out-of-date", "local-backup-broken", "no-good-copy"},
	"interrupted":           {"not-trusted", "backup-turned-off", "backup-stale", "storage-plan-lapsed"},
	"local-backups":         {"not-trusted", "backup-turned-off", "backup-stale", "software-out-of-date", "local-backup-broken", "no-good-copy", "local-backup-encryption-forced"},
	"no-device":             {},
	"no-mux":                {},
	"redacted":              {"not-trusted", "backup-turned-off", "mdm-disallows-backup", "managed-account-service-off", "software-out-of-date", "transient-glitch", "local-backup-encryption-forced", "local-backup-broken"},
	"repaired":              {"not-trusted", "false-alarm", "backup-turned-off", "backup-stale", "icloud-storage-full"},
	"stalled":               {"not-trusted", "backup-turned-off", "backup-stale", "restore-in-progress", "icloud-storage-full", "wifi-missing", "software-out-of-date", "device-storage-low"},
	"trust-pending":         {"not-trusted", "backup-turned-off", "icloud-storage-full", "wifi-missing", "software-out-of-date", "local-backup-broken"},
}

// checksAbout returns the checks shown for a recording, in their usual order.
func checksAbout(t testing.TB, recording string) []*checks.Check {
	t.Helper()
	if recording == wholeRecording {
		return checks.All()
	}
	ids, ok := about[recording]
	if !ok {
		t.Fatalf("about does not say which checks the recording %s is about", recording)
	}
	var list []*checks.Check
	for _, check := range checks.All() {
		if slices.Contains(ids, check.ID) {
			list = append(list, check)
		}
	}
	if len(list) != len(ids) {
		t.Fatalf("about names checks for the recording %s that do not exist: %q", recording, ids)
	}
	return list
}

// TestGoldens compares the output for every recording in every format. To update the goldens,
// run UPDATE=1 go test ./report/format, and review the diff.
func TestGoldens(t *testing.T) {
	for name, recording := range recordings(t) {
		run := judged(recording, checksAbout(t, name))
		r := report.New(run)
		golden := func(t *testing.T, format string, got []byte) {
			reporttest.Golden(t, filepath.Join("../../testdata/reports", name+"."+format), got)
		}
		faces := map[string]report.Report{"": r}
		if r.Summary.Backups != (report.BackupCounts{}) {
			run.Subject = report.OfBackups
			faces["backups."] = report.New(run)
		}
		for face, r := range faces {
			for terminal, options := range terminals {
				t.Run(name+"."+face+terminal, func(t *testing.T) {
					var out bytes.Buffer
					if err := WriteTable(&out, r, options); err != nil {
						t.Fatal(err)
					}
					golden(t, face+terminal, out.Bytes())
				})
			}
			for _, f := range formats {
				if f.Terminal || f.Name == "json" || f.Name == Streamed {
					continue
				}
				t.Run(name+"."+face+f.Ending, func(t *testing.T) {
					var out bytes.Buffer
					if err := f.Write(&out, r, Options{}); err != nil {
						t.Fatal(err)
					}
					golden(t, face+f.Ending, out.Bytes())
				})
			}
		}
		t.Run(name+".json", func(t *testing.T) {
			document := jsonOf(t, r)
			if err := schematest.Check(report.KindReport, document); err != nil {
				t.Errorf("not by the schema: %v", err)
			}
			golden(t, "json", document)
		})
	}
}

// A golden without a recording would never be compared again.
func TestNoGoldenIsLeftOver(t *testing.T) {
	known := recordings(t)
	files, err := os.ReadDir("../../testdata/reports")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name, _, _ := strings.Cut(file.Name(), ".")
		if _, ok := known[name]; !ok {
			t.Errorf("%s belongs to no recording", file.Name())
		}
	}
}

// runOf runs every check on a recording.
func runOf(recording device.Recording) report.Run { return judged(recording, checks.All()) }

func judged(recording device.Recording, list []*checks.Check) report.Run {
	run := report.Run{Tool: "test", Redacted: recording.Redacted, Gaps: recording.Gaps}
	for _, s := range recording.Snapshots {
		run.Examined = append(run.Examined, report.Examined{Snapshot: s, Diagnosis: checks.Diagnose(s, checks.Run(s, list))})
	}
	return run
}

func recordings(t testing.TB) map[string]device.Recording {
	t.Helper()
	paths, err := filepath.Glob("../../testdata/recordings/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	found := map[string]device.Recording{}
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		recording, err := device.ReadRecording(file)
		file.Close()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		found[strings.TrimSuffix(filepath.Base(path), ".json")] = recording
	}
	return found
}
