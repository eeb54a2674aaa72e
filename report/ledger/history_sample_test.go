package ledger

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

const aDay = day

// later is a time after everything that the tests write.
func later() time.Time { return monday.Add(1000 * aDay) }

// openedHistory opens a history in a file until the end of the test.
func openedHistory(t testing.TB, path string) *Store {
	t.Helper()
	s, err := OpenHistory(t.Context(), path)
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

// fresh returns a new history.
func fresh(t testing.TB) *Store {
	t.Helper()
	return openedHistory(t, filepath.Join(t.TempDir(), "history.sqlite"))
}

// runID returns the ID of the nth run.
func runID(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// keepRun stores a finished run in a history.
func keepRun(t testing.TB, s *Store, id string, at time.Time, devices ...report.Device) {
	t.Helper()
	must(t, s.Begin(t.Context(), Run{ID: id, Started: at, Tool: "1.2.3", Host: "linux"}))
	for _, d := range devices {
		must(t, s.Add(t.Context(), id, d))
	}
	must(t, s.Finish(t.Context(), id, at.Add(time.Minute), report.Report{Exit: report.Exit{Code: report.ExitProblems}}))
}
