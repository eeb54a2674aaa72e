package ledger

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/google/go-cmp/cmp"
)

// The export returns everything stored, over several steps.
func TestExport(t *testing.T) {
	s := fresh(t)
	devices := tray(t)[4:]
	var want []report.Device
	for n := range exportStep {
		keepRun(t, s, runID(n), monday.Add(time.Duration(n)*time.Hour), devices...)
		for _, d := range devices {
			want = append(want, report.RewordedDevice(d))
		}
	}
	var got []report.Device
	runs := 0
	damaged, err := s.Export(t.Context(),
		func(report.PastRun) error { runs++; return nil },
		func(run string, d report.Device) error {
			if n := len(got) / len(devices); run != runID(n) {
				t.Errorf("device %d is of %s, want %s", len(got), run, runID(n))
			}
			got = append(got, d)
			return nil
		})
	if err != nil || damaged != 0 || runs != exportStep {
		t.Errorf("%v, %d damaged, %d runs", err, damaged, runs)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestExportEndsWithItsWriter(t *testing.T) {
	s := fresh(t)
	keepRun(t, s, runID(1), monday, tray(t)...)
	full := errors.New("no room")
	ok := func(report.PastRun) error { return nil }
	if _, err := s.Export(t.Context(), func(report.PastRun) error { return full }, nil); !errors.Is(err, full) {
		t.Errorf("a run: %v", err)
	}
	if _, err := s.Export(t.Context(), ok, func(string, report.Device) error { return full }); !errors.Is(err, full) {
		t.Errorf("a device: %v", err)
	}
}

// changed runs a statement on a history, as another program might.
func changed(t testing.TB, s *Store, statement string, args ...any) {
	t.Helper()
	must(t, s.write(t.Context(), func(tx transaction) error {
		_, err := tx.ExecContext(t.Context(), statement, args...)
		return err
	}))
}

// A report that cannot be read does not affect the others.
func TestADamagedReportCostsItself(t *testing.T) {
	s := fresh(t)
	devices := tray(t)[:3]
	keepRun(t, s, runID(1), monday, devices...)
	changed(t, s, "UPDATE details SET json = ? WHERE report = 1", []byte("not packed"))
	changed(t, s, "DELETE FROM details WHERE report = 2")
	var got []report.Device
	damaged, err := s.Export(t.Context(), func(report.PastRun) error { return nil }, func(_ string, d report.Device) error { got = append(got, d); return nil })
	if err != nil || damaged != 2 || len(got) != 3 {
		t.Fatalf("%v, %d damaged of %d", err, damaged, len(got))
	}
	for i, d := range got {
		want := devices[i]
		if d.UDID != want.UDID || d.Verdict != want.Verdict || !d.LastBackup.Equal(want.LastBackup) || d.ProductVersion != want.ProductVersion || !d.TakenAt.Equal(want.TakenAt) {
			t.Errorf("device %d became %+v", i, d)
		}
	}
	if unreadable, all, err := s.Unreadable(t.Context()); err != nil || unreadable != 1 || all != 2 {
		t.Errorf("%d of %d reports cannot be read, %v", unreadable, all, err)
	}
	if got, err := s.Resume(t.Context(), runID(1)); err != nil || len(got.Done) != 1 {
		t.Errorf("%d devices are done, %v; want the one whose report can be read", len(got.Done), err)
	}
}

// The file may have been written by any program.
func TestWhatCannotBeTrueIsHarmless(t *testing.T) {
	s := fresh(t)
	keepRun(t, s, runID(1), monday, tray(t)...)
	for _, table := range []string{"devices", "visits"} {
		changed(t, s, "UPDATE "+table+" SET taken = 9223372036854775807 - device, place = -5, backup = -9223372036854775808, asset = '[[[', verdict = char(27, 91), reason = 'Nonsense'")
	}
	changed(t, s, "UPDATE runs SET started = -1, finished = 9223372036854775807, exit = 9223372036854775807, host = char(0), subject = 'nonsense'")
	changed(t, s, "UPDATE findings SET status = 'nonsense', explained_by = 77")
	if _, err := s.Device(t.Context(), tray(t)[0].UDID, 10); err != nil {
		t.Error(err)
	}
	if _, err := s.Stale(t.Context(), monday, 14); err != nil {
		t.Error(err)
	}
	if _, err := s.Health(t.Context(), 10); err != nil {
		t.Error(err)
	}
	list, err := s.Runs(t.Context(), 10)
	must(t, err)
	must(t, format.WriteDocument(discard{}, list))
	for _, w := range []format.HistoryWriter{format.NewHistoryJSON(discard{}), format.NewHistoryNDJSON(discard{}), format.NewHistoryCSV(discard{})} {
		if _, err := s.Export(t.Context(), w.Run, w.Visit); err != nil {
			t.Error(err)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// A run that began long ago but has read a device since is not over.
func TestPruneLeavesARunThatGoesOn(t *testing.T) {
	s := fresh(t)
	d := tray(t)[0]
	d.TakenAt = monday.Add(40 * aDay)
	keepRun(t, s, runID(1), monday, d)
	if runs, _, err := s.Prune(t.Context(), Pruning{Before: monday.Add(10 * aDay)}); err != nil || runs != 0 {
		t.Errorf("%d runs were forgotten, %v", runs, err)
	}
	if runs, _, err := s.Prune(t.Context(), Pruning{Before: monday.Add(41 * aDay)}); err != nil || runs != 1 {
		t.Errorf("%d runs were forgotten once it was over, %v", runs, err)
	}
}

func TestPrune(t *testing.T) {
	path := written(t, 20)
	full, err := os.Stat(path)
	must(t, err)
	s, err := OpenHistory(t.Context(), path)
	must(t, err)
	s.now = later
	runs, _, err := s.Prune(t.Context(), Pruning{Before: monday.Add(18 * aDay)})
	if err != nil || runs != 18 {
		t.Errorf("%d runs, %v; want 18", runs, err)
	}
	if list, err := s.Runs(t.Context(), 100); err != nil || list.Total != 2 || list.Runs[1].Run != runID(18) || list.Runs[1].Devices != 6 {
		t.Errorf("left: %+v, %v", list, err)
	}
	rows := map[string]int{}
	must(t, s.read(t.Context(), func(tx transaction) error {
		for table, key := range map[string]string{"visits": "visit", "findings": "visit", "details": "report", "reports": "report", "devices": "device", "runs": "run"} {
			var n int
			must(t, tx.QueryRowContext(t.Context(), fmt.Sprintf("SELECT count(DISTINCT %s) FROM %s", key, table)).Scan(&n))
			rows[table] = n
		}
		return nil
	}))
	if diff := cmp.Diff(map[string]int{"visits": 12, "findings": 12, "details": 12, "reports": 12, "devices": 6, "runs": 2}, rows); diff != "" {
		t.Error(diff)
	}
	must(t, s.Close())
	if small, err := os.Stat(path); err != nil || small.Size() > full.Size()/4 {
		t.Errorf("of %d bytes %d are left, %v", full.Size(), small.Size(), err)
	}
}
