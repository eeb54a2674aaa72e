//go:build unix

package library

import (
	"errors"
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
	if files := NotSent(folder); len(files) != 1 {
		t.Errorf("not sent: %+v", files)
	}
	if _, err := IndexOf(folder); !errors.Is(err, device.Malformed) {
		t.Errorf("received: %v", err)
	}
	if _, err := readTransfer(filepath.Join(filepath.Dir(folder), transferName)); !errors.Is(err, device.Malformed) {
		t.Errorf("transfer: %v", err)
	}
}
