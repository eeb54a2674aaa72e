package backup

import (
	"cmp"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Anything that grows in a backup is detected, wherever it is, and named.
func TestLookForActivity(t *testing.T) {
	hourAgo := time.Now().Add(-time.Hour).Truncate(time.Second)
	for name, test := range map[string]struct {
		touched    string
		unfinished bool
		after      string
		later      time.Duration // than the rest; an hour if 0
	}{
		"nothing":                  {"", false, "", 0},
		"a file in Snapshot":       {"Snapshot/ab/abcd", true, "", 0},
		"a file right in it":       {"Snapshot/abcd", true, "", 0},
		"a stored file":            {"ab/abcd", false, "ab/abcd", 0},
		"the list of files":        {"Manifest.db", false, "Manifest.db", 0},
		"an open database":         {"Manifest.db-wal", true, "", 0},
		"Info.plist, at its end":   {"Info.plist", false, "", infoAfter - time.Second},
		"Info.plist, before one":   {"Info.plist", false, "Info.plist", infoAfter},
		"a note of the computer":   {".DS_Store", false, "", 0},
		"deeper than any backup's": {"Snapshot/ab/cd/ef", true, "", 0},
	} {
		at := hourAgo.Add(cmp.Or(test.later, time.Hour))
		written := write(t, shape{})
		folder := find(t, written)
		if test.touched != "" {
			path := filepath.Join(folder.Path, test.touched)
			must(t, os.MkdirAll(filepath.Dir(path), 0o700))
			file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
			must(t, err)
			must(t, file.Close())
		}
		must(t, filepath.WalkDir(folder.Path, func(path string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Chtimes(path, hourAgo, hourAgo)
		}))
		if test.touched != "" {
			must(t, os.Chtimes(filepath.Join(folder.Path, test.touched), at, at))
		}
		a, err := LookForActivity(t.Context(), folder)
		must(t, err)
		newest := test.touched
		if test.touched == "" {
			newest = "."
		}
		deep := strings.Count(test.touched, "/") == depthOfFiles
		if !deep && (a.Newest.Path != newest || test.touched != "" && !a.Newest.At.Equal(at)) || deep && !a.Newest.At.Equal(hourAgo) {
			t.Errorf("%s: newest %+v", name, a.Newest)
		}
		if a.Unfinished != test.unfinished || a.AfterEnd.Path != test.after {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// This process does not count; another one that has a file open does.
func TestOpenIn(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system does not tell which files are open")
	}
	folder := find(t, write(t, shape{}))
	file, err := os.Open(filepath.Join(folder.Path, "Manifest.db"))
	must(t, err)
	defer file.Close()
	if programs := openIn(t.Context(), folder.Path); programs == nil || len(programs) != 0 {
		t.Errorf("nobody else has it open: %q", programs)
	}
	sleeper, err := os.StartProcess("/bin/sleep", []string{"sleep", "60"}, &os.ProcAttr{Files: []*os.File{file}})
	must(t, err)
	defer func() { _ = sleeper.Kill(); _, _ = sleeper.Wait() }()
	if programs := openIn(t.Context(), folder.Path); !slices.Equal(programs, []string{"sleep"}) {
		t.Errorf("sleep has it open: %q", programs)
	}
}
