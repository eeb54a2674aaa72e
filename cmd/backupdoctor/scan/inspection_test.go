package scan

import (
	"io"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// When attached devices are scanned, the time limit of a device also limits the inspection of a
// backup.
func TestAnInspectionHasALimit(t *testing.T) {
	dir := t.TempDir()
	writeBackup(t, dir, backuptest.Backup{})
	set := FindBackups(t.Context(), []backup.Place{{Path: dir}})
	i := Inspection{Depth: device.QuickLook, Passwords: (&asker{}).passwords(), Limit: time.Nanosecond, Screen: terminal.NewScreen(io.Discard, func(string) string { return "" })}
	i.all(t.Context(), set)
	proof, err := set.Stored[0].Backup.Proof.Get()
	if err != nil || checks.BackupVerdict(proof) != "cannot-tell" {
		t.Errorf("verdict %q, %v", checks.BackupVerdict(proof), err)
	}
}
