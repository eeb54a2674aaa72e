package ledger

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

const repairID = "01975d2c-0000-7000-8000-000000000001"

// repaired stores a device with a repair, and returns the open repairs.
func repaired(t *testing.T, s *Store, d report.Device, at, ended time.Time, events ...report.RepairEvent) []report.DeviceRepair {
	t.Helper()
	d.TakenAt = at
	d.Repair = &report.Repair{ID: repairID, StartedAt: monday, EndedAt: ended, Causes: []report.RepairCause{}, Evidence: []report.RepairEvidence{}, Events: events}
	must(t, s.Add(t.Context(), runID(0), d))
	open, err := s.OpenRepairs(t.Context())
	must(t, err)
	return open
}

// A repair is open from its first event until the device shows a new backup, however often its
// device is stored, and the newest events count. A later report cannot open it again.
func TestOpenRepairs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	s, err := OpenHistory(t.Context(), path)
	must(t, err)
	must(t, s.Begin(t.Context(), Run{ID: runID(0), Started: monday}))
	devices := tray(t)
	d, other := devices[0], devices[1]
	shown := report.RepairEvent{At: monday, Kind: "shown", Remedy: "turn-backup-on"}
	confirmed := report.RepairEvent{At: monday, Kind: "confirmed", Remedy: "turn-backup-on"}
	if open := repaired(t, s, d, monday, time.Time{}, shown); len(open) != 1 || len(open[0].Repair.Events) != 1 {
		t.Fatalf("at the beginning %+v", open)
	}
	open := repaired(t, s, d, monday, time.Time{}, shown, confirmed)
	if len(open) != 1 || len(open[0].Repair.Events) != 2 || open[0].Device.UDID != d.UDID || open[0].Repair.Events[1].Title != "Switch iCloud Backup on" {
		t.Fatalf("the same reading again %+v", open)
	}
	if r, ok, err := s.OpenRepair(t.Context(), strings.ToUpper(d.UDID)); err != nil || !ok || len(r.Events) != 2 {
		t.Errorf("of the device %+v, %t, %v", r, ok, err)
	}
	if r, ok, err := s.OpenRepair(t.Context(), other.UDID); err != nil || ok {
		t.Errorf("of another device %+v, %t, %v", r, ok, err)
	}
	if open := repaired(t, s, other, monday, monday); len(open) != 1 || open[0].Device.UDID != d.UDID {
		t.Errorf("another device has changed it: %+v", open)
	}

	// What a damaged file still has is derived again.
	must(t, s.Close())
	whole := read(t, path)
	copy(whole[:100], make([]byte, 100))
	must(t, os.WriteFile(path, whole, 0o600))
	s, err = OpenHistory(t.Context(), path)
	must(t, err)
	defer s.Close()
	if s.Recovery().Kept == "" {
		t.Fatal("the damage was not seen")
	}
	if open, err := s.OpenRepairs(t.Context()); err != nil || len(open) != 1 || len(open[0].Repair.Events) != 2 {
		t.Fatalf("recovered %+v, %v", open, err)
	}
	if rates, err := s.Remedies(t.Context(), later(), 3000); err != nil || len(rates.Remedies) != 1 || rates.Remedies[0].Tried != 1 {
		t.Fatalf("recovered %+v, %v", rates, err)
	}

	must(t, s.Begin(t.Context(), Run{ID: runID(0), Started: monday}))
	if open := repaired(t, s, d, monday.Add(aDay), monday.Add(aDay), shown, confirmed); len(open) != 0 {
		t.Errorf("after the new backup %+v", open)
	}
	if open := repaired(t, s, d, monday.Add(2*aDay), time.Time{}, shown); len(open) != 0 {
		t.Errorf("opened again: %+v", open)
	}
}
