package ledger

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// The size of a backup is the one that the device gave last, and only from a run that measured it.
func TestBackupSize(t *testing.T) {
	s, err := OpenHistory(t.Context(), filepath.Join(t.TempDir(), "history.sqlite"))
	must(t, err)
	defer s.Close()
	d := tray(t)[0]
	other := tray(t)[1]
	store := func(run int, d report.Device, days int, copied *report.Copy) {
		t.Helper()
		must(t, s.Begin(t.Context(), Run{ID: runID(run), Started: monday.AddDate(0, 0, days)}))
		d.TakenAt, d.Copy = monday.AddDate(0, 0, days), copied
		must(t, s.Add(t.Context(), runID(run), d))
	}
	expect := func(want device.SizedBackup) {
		t.Helper()
		size, ok, err := s.BackupSize(t.Context(), strings.ToUpper(d.UDID))
		if err != nil || ok != (want != device.SizedBackup{}) || size.Bytes != want.Bytes || !size.At.Equal(want.At) {
			t.Errorf("%+v, %v, %v, want %+v", size, ok, err, want)
		}
	}
	sized := func(verdict device.CopyVerdict, bytes uint64) *report.Copy {
		return &report.Copy{Verdict: string(verdict), RequiredBytes: &bytes}
	}
	expect(device.SizedBackup{})
	store(0, d, 0, sized(device.CopyMeasured, 70e9))
	store(1, d, 1, sized(device.CopyMeasured, 80e9))
	store(2, other, 2, sized(device.CopyMeasured, 90e9))
	want := device.SizedBackup{Bytes: 80e9, At: monday.AddDate(0, 0, 1).In(time.UTC)}
	expect(want)
	store(3, d, 3, sized(device.CopyRefused, 5e9)) // of what has changed
	store(4, d, 4, nil)
	expect(want)
	for run := range maxSizedVisits {
		store(5+run, d, 5+run, nil)
	}
	expect(device.SizedBackup{})
}
