package usb

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// mountSmall mounts a small file system on a folder until the test ends, and skips the test where
// that is not permitted.
func mountSmall(t *testing.T, folder string) {
	t.Helper()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size=8m,nr_inodes=4096"); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// runFull runs a backup during which the disk becomes full to the last byte and the last name.
func runFull(t *testing.T, c *backupCase) {
	filler := filepath.Join(filepath.Dir(c.lib.Path), "filler")
	if err := os.Mkdir(filler, 0o700); err != nil {
		t.Fatal(err)
	}
	client, detach := attachHealthy(t, c.agent)
	defer detach()
	a := attempt{step: func(n int) {
		if n == c.n {
			if err := fillUp(filler); !errors.Is(err, unix.ENOSPC) {
				t.Error(err)
			}
		}
	}}
	_, _ = a.run(t.Context(), c.lib, client)
	if err := os.RemoveAll(filler); err != nil {
		t.Fatal(err)
	}
}

// fillUp writes files into a folder until there is no room for another name.
func fillUp(folder string) error {
	block := make([]byte, 64<<10)
	for {
		file, err := os.CreateTemp(folder, "")
		if err != nil {
			return err
		}
		for err == nil && len(block) > 0 {
			if _, err = file.Write(block); errors.Is(err, unix.ENOSPC) {
				block, err = block[:len(block)/2], nil
			}
		}
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
}
