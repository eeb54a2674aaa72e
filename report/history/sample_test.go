package history

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

var monday = time.Date(2026, 11, 16, 9, 30, 0, 0, time.UTC)

const aDay = 24 * time.Hour

// later is a time after all that the tests write.
func later() time.Time { return monday.Add(1000 * aDay) }

// opened is a history in a file, closed at the end of the test.
func opened(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	s.now = later
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// fresh is a new history.
func fresh(t testing.TB) *Store {
	t.Helper()
	return opened(t, filepath.Join(t.TempDir(), "history.sqlite"))
}

// tray is the devices of a report as it is written by a scan.
func tray(t testing.TB) []report.Device {
	t.Helper()
	text, err := os.ReadFile("../../testdata/reports/tray-of-six.json")
	if err != nil {
		t.Fatal(err)
	}
	var r report.Report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r.Devices
}

// runID is the id of the nth run.
func runID(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// keep puts a finished run into a history.
func keep(t testing.TB, s *Store, id string, at time.Time, devices ...report.Device) {
	t.Helper()
	must(t, s.Begin(t.Context(), Run{ID: id, Started: at, Tool: "1.2.3", Host: "linux"}))
	for _, d := range devices {
		must(t, s.Add(t.Context(), id, d))
	}
	must(t, s.Finish(t.Context(), id, at.Add(time.Minute), report.Report{Exit: report.Exit{Code: report.ExitProblems}}))
}
