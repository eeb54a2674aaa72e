//go:build unix

package library

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
	"golang.org/x/sys/unix"
)

// A named pipe in place of a file beside a backup must not block a reader.
func TestPipesBesideABackup(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "copy", "device")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{proofName, notSentName, receivedName, transferName} {
		if err := unix.Mkfifo(filepath.Join(filepath.Dir(folder), name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if p := ReadProof(folder); !errors.Is(p.Err, device.Malformed) || p.Counts() {
		t.Errorf("proof %+v", p)
	}
	if files, err := NotSent(folder); !errors.Is(err, device.Malformed) {
		t.Errorf("not sent: %+v, %v", files, err)
	}
	if _, err := IndexOf(folder); !errors.Is(err, device.Malformed) {
		t.Errorf("received: %v", err)
	}
	if _, err := readTransfer(filepath.Join(filepath.Dir(folder), transferName)); !errors.Is(err, device.Malformed) {
		t.Errorf("transfer: %v", err)
	}
}

// An export counts what it leaves out, at the top of the folder and below.
func TestExportLeavesOut(t *testing.T) {
	d := change(t, open(t))
	p := begin(t, d, false)
	if err := p.Keep([]Received{put(t, p, id(0x0a, 1), "one", "")}); err != nil {
		t.Fatal(err)
	}
	c := finish(t, p, noon)
	for _, name := range []string{"pipe", "0a/pipe"} {
		if err := unix.Mkfifo(filepath.Join(c.Folder, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("elsewhere", filepath.Join(c.Folder, "0a/link")); err != nil {
		t.Fatal(err)
	}
	result, err := d.Export(t.Context(), c, t.TempDir(), nil)
	if want := (LeftOut{3, "0a/link"}); err != nil || result.LeftOut != want {
		t.Errorf("%+v, %v", result, err)
	}
	for _, name := range []string{"pipe", "0a/pipe", "0a/link"} {
		if _, err := os.Lstat(filepath.Join(result.Path, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
