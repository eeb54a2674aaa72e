package main

import (
	"cmp"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
	"github.com/rogpeppe/go-internal/testscript"
)

// backupPassword opens the encrypted backups of the tests.
const backupPassword = "open sesame"

// backupFiles are the files of a test backup.
var backupFiles = []backuptest.File{
	{Domain: "HomeDomain", Path: "Library", Kind: backuptest.Directory},
	{Domain: "HomeDomain", Path: "Library/Preferences/a.plist", Data: backuptest.Bytes(5000, 1)},
	{Domain: "CameraRollDomain", Path: "Media/DCIM/IMG_0001.HEIC", Data: backuptest.Bytes(40_001, 2)},
	{Domain: "AppDomain-com.example.one", Path: "Documents/\x1b[31mred", Data: backuptest.Bytes(100, 3)},
}

// backupTraits are the traits that a script can give a backup, besides udid=UDID. Each is
// applied to a complete backup.
var backupTraits = map[string]func(f backuptest.Folder) error{
	"encrypted": nil, // done by the writer
	"lossy": func(f backuptest.Folder) error {
		return os.Remove(f.Blob("CameraRollDomain", "Media/DCIM/IMG_0001.HEIC"))
	},
	"altered": func(f backuptest.Folder) error {
		return os.WriteFile(f.Blob("HomeDomain", "Library/Preferences/a.plist"), backuptest.Bytes(5000, 9), 0o600)
	},
	"ruined":    func(f backuptest.Folder) error { return ruin(f.Path) },
	"poisoned":  func(f backuptest.Folder) error { return os.Truncate(filepath.Join(f.Path, "Manifest.plist"), 0) },
	"uploading": func(f backuptest.Folder) error { return uploading(f.Path) },
	"settled":   func(f backuptest.Folder) error { return settle(f.Path, time.Now().Add(-time.Hour)) },
	"archived":  func(f backuptest.Folder) error { return os.Rename(f.Path, f.Path+"-20260301-101500") },
}

// ruin removes everything but the lists.
func ruin(path string) error {
	folders, err := filepath.Glob(filepath.Join(path, "??"))
	for _, folder := range folders {
		err = cmp.Or(err, os.RemoveAll(folder))
	}
	return err
}

func uploading(path string) error {
	status := backuptest.Plist(map[string]any{"Version": "3.3", "UUID": "D3CE5954-EE71-4086-AFE8-2650F6B1E901", "Date": backuptest.Day, "SnapshotState": "uploading"})
	return os.WriteFile(filepath.Join(path, "Status.plist"), status, 0o600)
}

// settle backdates everything in a folder.
func settle(path string, at time.Time) error {
	return filepath.WalkDir(path, func(name string, _ fs.DirEntry, err error) error {
		return cmp.Or(err, os.Chtimes(name, at, at))
	})
}

// writeBackup writes a backup below dir and returns its folder.
func writeBackup(fatalf func(string, ...any), dir string, traits ...string) string {
	b := backuptest.Backup{Files: slices.Values(backupFiles)}
	for _, trait := range traits {
		if udid, ok := strings.CutPrefix(trait, "udid="); ok {
			b.UDID = udid
		}
		if trait == "encrypted" {
			b.Password = backupPassword
		}
	}
	folder, err := backuptest.Write(dir, b)
	if err != nil {
		fatalf("%v", err)
	}
	path := folder.Path
	for _, trait := range traits {
		change, known := backupTraits[trait]
		if !known && !strings.HasPrefix(trait, "udid=") {
			fatalf("no backup can be %s", trait)
		}
		if change != nil {
			if err := change(folder); err != nil {
				fatalf("%v", err)
			}
		}
		if trait == "archived" {
			path = folder.Path + "-20260301-101500"
		}
	}
	return path
}

func scriptBackup(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: backup DIR [TRAIT]...")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Setenv("BACKUP", writeBackup(ts.Fatalf, dir, args[1:]...))
}

// Root can read everything, so the test is skipped as root.
func TestClosedFolderIsNotNoBackups(t *testing.T) {
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("root, and anyone on Windows, can read a folder whatever its mode says")
	}
	dir := t.TempDir()
	writeBackup(t.Fatalf, dir)
	if err := os.Chmod(dir, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	s := typed(t, t.Context(), "backups", "--backups", dir)
	if s.code != 3 || !strings.Contains(s.stdout, "Whether there are backups there is unknown") {
		t.Errorf("exit code %d, stdout:\n%s", s.code, s.stdout)
	}
	s = typed(t, t.Context(), "verify", backuptest.UDID, "--backups", dir)
	if s.code != 3 || !strings.Contains(s.stderr, "could not be judged") {
		t.Errorf("exit code %d, stderr:\n%s", s.code, s.stderr)
	}
}

func TestUsualPlaces(t *testing.T) {
	environment := map[string]string{"HOME": "/Users/ann"}
	s := env{Env: command.Env{Getenv: func(name string) string { return environment[name] }}}
	if places := s.usualPlaces("darwin"); len(places) != 1 || !strings.HasSuffix(filepath.ToSlash(places[0].Path), "ann/Library/Application Support/MobileSync/Backup") {
		t.Errorf("on a Mac: %+v", places)
	}
	if places := s.usualPlaces("linux"); len(places) != 0 {
		t.Errorf("on Linux: %+v", places)
	}
	delete(environment, "HOME")
	if places := s.usualPlaces("darwin"); len(places) != 0 {
		t.Errorf("without a home: %+v", places)
	}
}

// Every file that a fault concerns is reported: in the document, and one by one in the list.
func TestEveryFileIsTold(t *testing.T) {
	dir := t.TempDir()
	var files []backuptest.File
	for i := range 100 {
		files = append(files, backuptest.File{Domain: "CameraRollDomain", Path: "Media/" + strings.Repeat("x", i+1), Data: []byte("photo")})
	}
	folder, err := backuptest.Write(dir, backuptest.Backup{Files: slices.Values(files)})
	if err != nil {
		t.Fatal(err)
	}
	if err := ruin(folder.Path); err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "files.jsonl")
	s := typed(t, t.Context(), "verify", folder.Path, "--json", "--files", list)
	if s.code != 1 {
		t.Errorf("exit code %d: %s", s.code, s.stderr)
	}
	if n := strings.Count(s.stdout, `"path": "Media/x`); n != len(files) {
		t.Errorf("the document has %d files, want %d", n, len(files))
	}
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		var file struct{ Folder, Mode, Domain, Path string }
		if err := json.Unmarshal([]byte(line), &file); err != nil {
			t.Fatal(err)
		}
		if file.Mode != "blob-missing" || file.Folder != folder.Path || file.Domain != "CameraRollDomain" {
			t.Errorf("line %+v", file)
		}
		seen[file.Path] = true
	}
	if len(seen) != len(files) {
		t.Errorf("the list has %d files, want %d", len(seen), len(files))
	}
	if s := typed(t, t.Context(), "verify", folder.Path); strings.Count(s.stdout, "Media/x") != 5 || !strings.Contains(s.stdout, "and 95 more; --all shows them") {
		t.Errorf("the table:\n%s", s.stdout)
	}
}

// Whether there are backups is then unknown, and the report says so.
func TestInterruptedVerifyStillReports(t *testing.T) {
	dir := t.TempDir()
	writeBackup(t.Fatalf, dir)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	s := typed(t, ctx, "verify", "--json", dir)
	var r report.Report
	if err := json.Unmarshal([]byte(s.stdout), &r); err != nil {
		t.Fatalf("the report is no JSON: %v\n%s", err, s.stdout)
	}
	if s.code != report.ExitInterrupted || !r.Partial || len(r.Places) != 1 || r.Places[0].Reason != string(device.Interrupted) {
		t.Errorf("exit code %d, partial %t: %s", s.code, r.Partial, s.stdout)
	}
	if !strings.Contains(s.stderr, "interrupted") {
		t.Errorf("stderr is %q", s.stderr)
	}
}
