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
