package report

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestBackupThatWasNotLookedAt(t *testing.T) {
	b := newBackup(device.Backup{})
	if b.Verdict != "cannot-tell" || b.Reason != "not-asked" || b.Encrypted != nil {
		t.Errorf("%+v", b)
	}
}

// An archived copy does not affect the next backup.
func TestNextBackupDoesNotUseAnArchivedCopy(t *testing.T) {
	if b := newBackup(device.Backup{Archived: true, Proof: device.Known(device.Proof{NextFails: true})}); b.NextFails {
		t.Error("the next backup fails over an archived copy")
	}
}

// Only a fault whose remedy is to start over asks to set the folder aside.
func TestStartsOver(t *testing.T) {
	for _, c := range []struct {
		modes    []string
		archived bool
		want     bool
	}{
		{modes: nil},
		{modes: []string{"little-space"}},
		{modes: []string{"interrupted-upload", "blob-missing"}},
		{modes: []string{"blob-missing"}, want: true},
		{modes: []string{"blob-missing"}, archived: true},
		{modes: []string{"read-failed"}},
		{modes: []string{"manifest-unreadable", "little-space"}, want: true},
	} {
		var faults []device.BackupFault
		for _, mode := range c.modes {
			faults = append(faults, device.BackupFault{Mode: mode})
		}
		if got := StartsOver(newBackup(device.Backup{Archived: c.archived, Proof: device.Known(device.Proof{Faults: faults})})); got != c.want {
			t.Errorf("%v, archived %v: got %v, want %v", c.modes, c.archived, got, c.want)
		}
	}
}
