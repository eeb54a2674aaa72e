package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
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
