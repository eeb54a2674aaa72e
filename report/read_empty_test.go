package report

import (
	"strings"
	"testing"
)

// A null or empty device must not count as healthy: the report is rejected.
func TestReadRefusesEmptyDevices(t *testing.T) {
	for _, text := range []string{
		`{"kind": "report", "schema": 2, "devices": [null]}`,
		`{"kind": "report", "schema": 2, "devices": [{}]}`,
		`{"kind": "report", "schema": 2, "devices": [{"udid": "A", "verdict": "failing"}, null]}`,
		`{"kind": "event", "schema": 2, "event": "run-summary", "report": {"kind": "report", "schema": 2, "devices": [null]}}`,
	} {
		if r, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "is empty") {
			t.Errorf("%s: %d devices, %v", text, len(r.Devices), err)
		}
	}
}

// An unknown verdict is shown as such, and never counts as healthy.
func TestAVerdictOfAnotherVersionIsNotWell(t *testing.T) {
	r, err := Read(strings.NewReader(`{"kind": "report", "schema": 2, "devices": [{"udid": "A", "verdict": "splendid", "takenAt": "2026-11-22T08:00:00Z"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if code := r.ExitCode(); code == 0 {
		t.Errorf("exit code %d for the verdict %q", code, r.Devices[0].Verdict)
	}
}
