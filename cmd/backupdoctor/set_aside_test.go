package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/scan"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/setaside"
	"github.com/backupdoctor/backupdoctor/device/backup"
)

func TestSetAsideRefusesWhatIsInUse(t *testing.T) {
	for _, c := range []struct {
		name    string
		traits  []string
		extra   string        // another existing file or folder
		age     time.Duration // since the last change
		refusal string        // "" for none
	}{
		{"finished just now", nil, "", 0, ""},
		{"uploading", []string{"uploading"}, "", time.Minute, "may still be running"},
		{"uploading, long ago", []string{"uploading"}, "", time.Hour, ""},
		{"uploading, by a clock ahead", []string{"uploading"}, "", -11 * time.Minute, "is dated 11 minutes ahead"},
		{"uploading, by a clock weeks ahead", []string{"uploading"}, "", -1000 * time.Hour, "is dated 41 days ahead, so when it changed is not known"},
		{"finished, by a clock weeks ahead", nil, "", -1000 * time.Hour, `"Status.plist" is dated 41 days ahead`},
		{"finished, by a clock a little ahead", nil, "", -time.Hour, ""},
		{"a Snapshot folder, just now", nil, "Snapshot", time.Minute, "may still be running"},
		{"a Snapshot folder, long ago", nil, "Snapshot", time.Hour, ""},
		{"an open database", nil, "Manifest.db-wal", time.Minute, "may still be running"},
		{"poisoned", []string{"poisoned"}, "", 0, ""},
		{"archived", []string{"archived"}, "", time.Hour, "is an archived copy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := writeBackup(t.Fatalf, dir, c.traits...)
			if c.extra != "" {
				if err := os.Mkdir(filepath.Join(path, c.extra), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			now := time.Now()
			if err := settle(path, now.Add(-c.age)); err != nil {
				t.Fatal(err)
			}
			set := scan.FindBackups(t.Context(), []backup.Place{{Path: dir}})
			_, err := setaside.Target(t.Context(), set.Stored[0].Folder, now)
			if refused := err != nil; refused != (c.refusal != "") || refused && !strings.Contains(err.Error(), c.refusal) {
				t.Errorf("got %v, want %q", err, c.refusal)
			}
		})
	}
}

// A backup that starts while the question waits for an answer is not renamed.
func TestSetAsideLooksAgain(t *testing.T) {
	dir := t.TempDir()
	path := writeBackup(t.Fatalf, dir)
	now := time.Now()
	if err := settle(path, now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	folder := scan.FindBackups(t.Context(), []backup.Place{{Path: dir}}).Stored[0].Folder
	to, err := setaside.Target(t.Context(), folder, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(path, "Snapshot"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := renameAside(t.Context(), folder, to, now); err == nil || !strings.Contains(err.Error(), "may still be running") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestUndoQuotesForItsShell(t *testing.T) {
	if got, want := setaside.Undo("/a b/it's-1", "/a b/it's", "linux"), `mv '/a b/it'\''s-1' '/a b/it'\''s'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := setaside.Undo(`C:\a b\1`, `C:\a b\0`, "windows"), `move "C:\a b\1" "C:\a b\0"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCaution(t *testing.T) {
	for goos, want := range map[string]bool{"linux": false, "windows": false, "darwin": true, "freebsd": true} {
		if (setaside.Caution(goos) != "") != want {
			t.Errorf("%s: %q", goos, setaside.Caution(goos))
		}
	}
}
