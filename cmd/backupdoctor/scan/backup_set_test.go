package scan

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// writeBackup writes a small backup below dir and returns its folder.
func writeBackup(t *testing.T, dir string, b backuptest.Backup) string {
	t.Helper()
	b.Files = slices.Values([]backuptest.File{
		{Domain: "HomeDomain", Path: "Library", Kind: backuptest.Directory},
		{Domain: "HomeDomain", Path: "Library/Preferences/a.plist", Data: backuptest.Bytes(5000, 1)},
	})
	folder, err := backuptest.Write(dir, b)
	if err != nil {
		t.Fatal(err)
	}
	return folder.Path
}

// archive renames a backup as Finder does before a restore.
func archive(t *testing.T, path string) {
	t.Helper()
	if err := os.Rename(path, path+"-20260301-101500"); err != nil {
		t.Fatal(err)
	}
}

// The newest backup describes the device, and a folder that names no device is one of its own.
func TestBackupsMeetInOneDevice(t *testing.T) {
	dir := t.TempDir()
	archive(t, writeBackup(t, dir, backuptest.Backup{}))
	writeBackup(t, dir, backuptest.Backup{})
	writeBackup(t, dir, backuptest.Backup{UDID: "00008110-001A2B3C4D5E6F70"})
	var snapshots []device.Snapshot
	for _, of := range FindBackups(t.Context(), []backup.Place{{Path: dir}}).byDevice() {
		snapshots = append(snapshots, of.snapshot(time.Now(), releases.Embedded()))
	}
	if len(snapshots) != 2 || len(snapshots[0].Backups) != 2 || len(snapshots[1].Backups) != 1 {
		t.Fatalf("%d devices: %+v", len(snapshots), snapshots)
	}
	if name, err := snapshots[0].Device.ModelName.Get(); err != nil || name == "" {
		t.Errorf("model %q, %v", name, err)
	}
}

// Not even root can open the place: it is reported, and the exit code is 3.
func TestClosedPlaceIsShown(t *testing.T) {
	set := BackupSet{
		Places: []backup.Place{{Path: "/shut", Program: "Finder"}, {Path: "/open"}},
		Closed: []backup.Closed{{Place: backup.Place{Path: "/shut", Program: "Finder"}, Path: "/shut", Err: fs.ErrPermission}},
	}
	if _, err := set.searched().Get(); err == nil {
		t.Error("a closed place passes for one that was searched")
	}
	places := set.reported()
	if len(places) != 2 || places[0].Path != "/open" || places[0].Reason != "" || places[1].Path != "/shut" || places[1].Reason != "not-permitted" {
		t.Errorf("reported as %+v", places)
	}
	for _, goos := range []string{"darwin", "windows", "linux"} {
		if ClosedHint(set.Closed[0], goos) == "" {
			t.Errorf("no way in on %s", goos)
		}
	}
	if hint := ClosedHint(set.Closed[0], "darwin"); !strings.Contains(hint, "Full Disk Access") {
		t.Errorf("on a Mac: %s", hint)
	}
}
