package backup

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

const otherUDID = "387a43a0c5d1e8f2b4a6978812345678deadbeef"

// place makes a place with two backups of one device, one of them archived, a folder
// interrupted before its first file, and unrelated entries.
func place(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "Backup")
	for _, udid := range []string{backuptest.UDID, backuptest.UDID + "-20260101-105238"} {
		if _, err := backuptest.Write(dir, backuptest.Backup{UDID: udid}); err != nil {
			t.Fatal(err)
		}
	}
	must(t, os.Mkdir(filepath.Join(dir, otherUDID), 0o700))
	must(t, os.Mkdir(filepath.Join(dir, "holiday photos"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, ".DS_Store"), nil, 0o600))
	must(t, os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "broken link")))
	return dir
}

func TestFind(t *testing.T) {
	dir := place(t)
	folders, closed := Find(t.Context(), []Place{{Path: dir}, {Path: dir}, {Path: filepath.Join(dir, "not there")}})
	if len(closed) != 0 {
		t.Errorf("closed %+v", closed)
	}
	type seen struct {
		udid     string
		archived bool
	}
	var got []seen
	for _, folder := range folders {
		got = append(got, seen{folder.UDID, folder.Archived})
	}
	want := []seen{{backuptest.UDID, false}, {backuptest.UDID, true}, {otherUDID, false}}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("found %v, want %v", got, want)
	}
}

// Programs back up to PLACE/UDID: they do not use a folder of another name, and Apple's programs
// none within another. A program that is not known may use any folder.
func TestFindTellsWhatNoBackupUses(t *testing.T) {
	from := place(t)
	for _, c := range []struct {
		name, program string
		archived      bool
	}{
		{backuptest.UDID, "Finder", false},
		{backuptest.UDID + "-20260101-105238", "", true},
		{backuptest.UDID + ".old", "", true},
		{backuptest.UDID + " - Copy", "Finder", true},
		{"Ann", "", true},
		{backuptest.UDID + "/" + backuptest.UDID, "Finder", true},
		{backuptest.UDID + "/" + backuptest.UDID, "", false},
		{"Ann/" + backuptest.UDID, "iTunes", true},
		{"Ann/" + backuptest.UDID, "", false},
		{backuptest.UDID + "/20260101T105238Z/" + backuptest.UDID, "backupdoctor", false},
	} {
		dir := t.TempDir()
		must(t, os.CopyFS(filepath.Join(dir, c.name), os.DirFS(filepath.Join(from, backuptest.UDID))))
		folders, _ := Find(t.Context(), []Place{{Path: dir, Program: c.program}})
		if len(folders) != 1 || folders[0].Archived != c.archived {
			t.Errorf("%s for %q: %+v", c.name, c.program, folders)
		}
	}
}

// A link of another name does not make an archived copy of the folder that it leads to.
func TestFindThroughALinkOfAnotherName(t *testing.T) {
	dir := place(t)
	link := filepath.Join(dir, "0-newest") // found before the folder itself
	if err := os.Symlink(filepath.Join(dir, backuptest.UDID), link); err != nil {
		t.Skip("this user may make no links: ", err)
	}
	for _, path := range []string{dir, link} {
		folders, _ := Find(t.Context(), []Place{{Path: path}})
		i := slices.IndexFunc(folders, func(f Folder) bool { return filepath.Base(f.Path) == backuptest.UDID })
		if i < 0 || folders[i].Archived || folders[i].UDID != backuptest.UDID {
			t.Errorf("%s: %+v", filepath.Base(path), folders)
		}
	}
}

// The Backup folder is often moved to a larger disk, with a link left in its place.
func TestFindFollowsALinkedPlace(t *testing.T) {
	dir := place(t)
	link := filepath.Join(t.TempDir(), "Backup")
	must(t, os.Symlink(dir, link))
	folders, _ := Find(t.Context(), []Place{{Path: link}})
	if len(folders) != 3 {
		t.Fatalf("found %d backups, want 3", len(folders))
	}
	if real, err := filepath.EvalSymlinks(dir); err != nil || folders[0].Place.Target != real {
		t.Errorf("target %q, want %q (%v)", folders[0].Place.Target, real, err)
	}
}

// A place may also be a backup itself.
func TestFindABackup(t *testing.T) {
	dir := place(t)
	folders, _ := Find(t.Context(), []Place{{Path: filepath.Join(dir, backuptest.UDID)}})
	if len(folders) != 1 || folders[0].UDID != backuptest.UDID {
		t.Errorf("found %+v", folders)
	}
}

// A folder named after a device is its backup, even if every file that identifies one is lost.
func TestFindABackupInRuins(t *testing.T) {
	folders, closed := Find(t.Context(), []Place{{Path: filepath.Join(place(t), otherUDID)}})
	if len(folders) != 1 || folders[0].UDID != otherUDID || len(closed) != 0 {
		t.Errorf("found %+v, closed %+v", folders, closed)
	}
}

func TestFindTellsClosedFromEmpty(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("permissions do not stop this user")
	}
	dir := place(t)
	must(t, os.Chmod(dir, 0))
	t.Cleanup(func() { must(t, os.Chmod(dir, 0o700)) })
	folders, closed := Find(t.Context(), []Place{{Path: dir}})
	if len(folders) != 0 || len(closed) != 1 || !errors.Is(closed[0].Err, fs.ErrPermission) {
		t.Errorf("found %+v, closed %+v", folders, closed)
	}
}

// What was not searched may hold backups: a link to a detached disk, an interrupted search and
// the rest of a crowded folder must not count as empty.
func TestFindTellsWhatItDidNotSee(t *testing.T) {
	away := filepath.Join(t.TempDir(), "Backup")
	must(t, os.Symlink(filepath.Join(t.TempDir(), "disk"), away))
	linked := t.TempDir()
	must(t, os.Symlink(filepath.Join(linked, "disk"), filepath.Join(linked, otherUDID)))
	crowded := t.TempDir()
	for i := range maxFolders + 1 {
		must(t, os.Symlink("x", filepath.Join(crowded, strconv.Itoa(i))))
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, test := range []struct {
		name, path string
		ctx        context.Context
		want       error
	}{
		{"a linked place", away, t.Context(), fs.ErrNotExist},
		{"a linked backup", linked, t.Context(), fs.ErrNotExist},
		{"a crowded place", crowded, t.Context(), errCrowded},
		{"a search that was stopped", place(t), stopped, context.Canceled},
	} {
		folders, closed := Find(test.ctx, []Place{{Path: test.path}})
		if len(folders) != 0 || len(closed) != 1 || !errors.Is(closed[0].Err, test.want) {
			t.Errorf("%s: found %+v, closed %+v", test.name, folders, closed)
		}
	}
}

func TestDefaultPlaces(t *testing.T) {
	for goos, want := range map[string]int{"darwin": 1, "windows": 2, "linux": 0} {
		if got := DefaultPlaces(goos, "/home", "/appdata"); len(got) != want {
			t.Errorf("%s: %+v", goos, got)
		}
	}
}

func TestSplitName(t *testing.T) {
	for name, want := range map[string]string{
		backuptest.UDID:             backuptest.UDID,
		"00008030-000e11000a84802e": backuptest.UDID,
		otherUDID:                   otherUDID,
		"387A43A0C5D1E8F2B4A6978812345678DEADBEEF": otherUDID,
		otherUDID + "-20220907-105238":             otherUDID,
		otherUDID + "-old":                         "",
		"00008030":                                 "",
		"":                                         "",
	} {
		if got, _ := splitName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
