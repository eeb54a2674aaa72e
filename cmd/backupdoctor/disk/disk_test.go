package disk

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/host"
)

// Each disk error is explained in our own words, with the system's in brackets where they add what
// it was about, and comes with a fitting step.
func TestExplain(t *testing.T) {
	folder := t.TempDir()
	const again = "run it again"
	for is, want := range map[host.DiskError][2]string{
		host.DiskFull:     {"the disk of FOLDER was full; now ", "remove what is not needed from that disk, or name another; then run it again"},
		host.QuotaUsed:    {"your quota on the disk of FOLDER is used up; nothing changed", "remove what is not needed of your files there, or ask who manages the disk for more, or name another; then run it again"},
		host.ReadOnly:     {"the disk of FOLDER is read-only; nothing changed", "make that disk writable (one that became read-only by itself may be failing), or name another; then run it again"},
		host.NotPermitted: {"your user may not write to FOLDER (mkdir x: ", "give your user the right to write there, or name another; then run it again"},
		host.FileTooLarge: {"the disk of FOLDER cannot hold a file of that size (mkdir x: ", "name another"},
		host.NoLocks:      {"the disk of FOLDER cannot lock files, so a second run could not be kept out (mkdir x: ", "name another"},
		host.Unsupported:  {"the disk of FOLDER cannot do what a copy needs (mkdir x: ", "name another"},
		host.DiskFails:    {"the disk of FOLDER failed (mkdir x: ", "check that disk and its cable, or name another; then run it again"},
		host.DiskGone:     {"FOLDER is gone: its disk was removed, or the folder was moved or removed; nothing changed", "connect the disk, or name another; then run it again"},
		host.NotThere:     {"something in FOLDER is missing (mkdir x: ", again},
		"":                {"FOLDER cannot be used (mkdir x: busy); nothing changed", again},
	} {
		err := fmt.Errorf("making it: %w", &fs.PathError{Op: "mkdir", Path: "x", Err: is})
		if is == "" {
			err = &fs.PathError{Op: "mkdir", Path: "x", Err: fmt.Errorf("busy")}
		}
		e := Explain(err, folder)
		e.Left, e.Again, e.Another = "nothing changed", again, "name another"
		text := strings.ReplaceAll(e.Error(), "“"+folder+"”", "FOLDER")
		text = strings.ReplaceAll(text, "making it: ", "")
		if e.Is != is || !strings.HasPrefix(text, want[0]) || !strings.HasSuffix(text, "; nothing changed") || e.Hint() != want[1] {
			t.Errorf("%q: %q, %s\nhint: %s", is, e.Is, text, e.Hint())
		}
		if Explain(fmt.Errorf("once more: %w", e), "elsewhere") != e {
			t.Errorf("%q is explained twice", is)
		}
	}
}

// A folder that cannot be made is named with what is in its place.
func TestExplainWhatIsInTheWay(t *testing.T) {
	folder := t.TempDir()
	file, link := filepath.Join(folder, "file"), filepath.Join(folder, "link")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(folder, "gone"), link); err != nil {
		t.Skip(err)
	}
	for path, want := range map[string]string{
		file:                          "“" + file + "” is not a folder",
		filepath.Join(file, "inside"): "“" + file + "” is not a folder",
		link:                          "“" + link + "” is a link to “" + filepath.Join(folder, "gone") + "”, which does not exist",
		filepath.Join(link, "inside"): "“" + link + "” is a link to “" + filepath.Join(folder, "gone") + "”, which does not exist",
		filepath.Join(folder, "gone", "inside", ""): "“" + filepath.Join(folder, "gone", "inside") + "” is gone: its disk was removed, or the folder was moved or removed",
	} {
		var err error
		if strings.Contains(want, "is gone") {
			_, err = os.OpenRoot(path)
		} else {
			err = os.MkdirAll(path, 0o700)
		}
		if got := Explain(err, path).Error(); err == nil || got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
	e := Explain(os.MkdirAll(link, 0o700), link)
	e.Again = "run it again"
	if want := "connect the disk that it leads to; then run it again"; e.Hint() != want {
		t.Errorf("hint: %s, want %s", e.Hint(), want)
	}
}
