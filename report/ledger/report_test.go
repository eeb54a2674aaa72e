package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// A run is reproduced as it was reported.
func TestReportOfARun(t *testing.T) {
	s := fresh(t)
	devices := tray(t)
	keepRun(t, s, runID(1), monday, devices[0])
	keepRun(t, s, runID(2), monday.Add(aDay), devices...)
	for which, want := range map[string]int{"last": len(devices), "00000002": len(devices), "00000001": 1} {
		r, damaged, err := s.RunReport(t.Context(), which)
		if err != nil || damaged > 0 || len(r.Devices) != want || r.Summary.Devices != want || r.Tool.Version != "1.2.3" {
			t.Errorf("%s: %d devices, %d damaged, version %q, %v", which, len(r.Devices), damaged, r.Tool.Version, err)
		}
	}
	for _, which := range []string{"", "ffff"} {
		if _, _, err := s.RunReport(t.Context(), which); !errors.Is(err, ErrNoRun) {
			t.Errorf("%q: %v", which, err)
		}
	}
	if _, _, err := s.RunReport(t.Context(), "0000000"); err == nil {
		t.Error("a beginning that two runs have is taken")
	}
	must(t, s.Begin(t.Context(), Run{ID: runID(3), Started: monday.Add(2 * aDay)}))
	must(t, s.Add(t.Context(), runID(3), devices[1]))
	if r, _, err := s.RunReport(t.Context(), LastRun); err != nil || !r.Partial || len(r.Devices) != 1 {
		t.Errorf("a run that is not finished: partial %t, %d devices, %v", r.Partial, len(r.Devices), err)
	}
}

// Devices are compared by their last state before a time and their last state since.
func TestAround(t *testing.T) {
	s := fresh(t)
	at := func(d report.Device, taken time.Time) report.Device { d.TakenAt = taken; return d }
	devices := tray(t)
	keepRun(t, s, runID(1), monday, at(devices[0], monday), at(devices[1], monday))
	keepRun(t, s, runID(2), monday.Add(3*aDay), at(devices[0], monday.Add(3*aDay)), at(devices[2], monday.Add(3*aDay)))
	before, since, err := s.Around(t.Context(), monday.Add(2*aDay))
	must(t, err)
	diff := report.Compare(before, since)
	missing := 0
	for _, d := range diff.Devices {
		if d.After == "" {
			missing++
			if d.UDID != devices[1].UDID {
				t.Errorf("%s is missing", d.UDID)
			}
		}
	}
	if len(before.Devices) != 2 || len(since.Devices) != 2 || missing != 1 {
		t.Errorf("%d before, %d since, %d missing", len(before.Devices), len(since.Devices), missing)
	}
}
