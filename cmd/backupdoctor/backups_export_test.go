package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// An exported copy goes where the programs of the system look.
func TestExportPlace(t *testing.T) {
	home := t.TempDir()
	appData := filepath.Join(home, "AppData", "Roaming")
	iTunes := filepath.Join(appData, "Apple Computer", "MobileSync", "Backup")
	devices := filepath.Join(home, "Apple", "MobileSync", "Backup")
	for _, test := range []struct {
		goos   string
		exists []string
		want   string
		err    string
	}{
		{"darwin", nil, filepath.Join(home, "Library", "Application Support", "MobileSync", "Backup"), ""},
		{"windows", []string{iTunes}, iTunes, ""},
		{"windows", []string{devices}, devices, ""},
		{"windows", []string{iTunes, devices}, "", "it could go to"},
		{"windows", nil, "", "it could go to"},
		{"linux", nil, "", "no program of this system"},
	} {
		for _, path := range test.exists {
			if err := os.MkdirAll(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		e := env{Env: command.Env{Getenv: func(key string) string { return map[string]string{"HOME": home, "APPDATA": appData}[key] }}}
		place, err := exportPlace(e.usualPlaces(test.goos), "UDID", "FOLDER")
		if place.Path != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s with %q: %q, %v", test.goos, test.exists, place.Path, err)
		}
		for _, path := range []string{filepath.Join(home, "Apple"), appData} {
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// An export says what it leaves out of the folder.
func TestExportLeavesOut(t *testing.T) {
	library := filepath.Join(t.TempDir(), "copies")
	d := clones(t, 1)[0]
	d.Backup = mobilebackup.New(mobilebackup.File{Domain: "HomeDomain", Path: "Library/a.plist", Size: 4000, Seed: 1})
	address, _ := attach(t, d)
	if s := typed(t, t.Context(), "backup", "--usbmux", address, "--to", library); s.code != 0 {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	copies, err := filepath.Glob(filepath.Join(library, "*", "2*", "*", "Info.plist"))
	if err != nil || len(copies) != 1 {
		t.Fatal(copies, err)
	}
	folder := filepath.Dir(copies[0])
	if err := os.Symlink("elsewhere", filepath.Join(folder, "a link")); err != nil {
		t.Skip("this user may make no links: ", err)
	}
	s := typed(t, t.Context(), "backups", "export", "--to", t.TempDir(), folder)
	if s.code != 0 || !strings.Contains(s.stdout, `left out 1 item, the first "a link": links, pipes and devices are not exported`) {
		t.Errorf("exit code %d\n%s%s", s.code, s.stdout, s.stderr)
	}
}
