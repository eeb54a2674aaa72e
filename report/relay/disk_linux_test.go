package relay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// smallDisk mounts a disk of a few megabytes, which requires root.
func smallDisk(t *testing.T, options string) string {
	t.Helper()
	path := t.TempDir()
	if err := unix.Mount("tmpfs", path, "tmpfs", 0, options); err != nil {
		t.Skipf("SKIPPED: a full disk cannot be had without root: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
			t.Errorf("unmounting: %v", err)
		}
	})
	return path
}

// TestDiskOfAHubIsFull checks that the benches keep what the hub cannot store.
func TestDiskOfAHubIsFull(t *testing.T) {
	f := newFleet(t, "north")
	disk := smallDisk(t, "size=8m")
	filler := filepath.Join(disk, "ballast")
	if err := os.WriteFile(filler, make([]byte, 5<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := shelf{fails: func(Message) error { return os.ErrDeadlineExceeded }}
	hub := f.hub(t, &s)
	log, told := logged(t, "the hub whose disk is full")
	hub.Dir, hub.Log = filepath.Join(disk, "hub"), log
	running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	var ids []string
	for range 60 {
		ids = append(ids, mustKeep(t, bench, one(t, strings.Repeat("x", 100_000))))
	}
	eventually(t, "the hub's disk is full", func() bool { return strings.Contains(told.String(), "the stream is created again") })
	if benchState(t, bench).Waiting == 0 {
		t.Error("the bench keeps nothing")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.failWith(nil)
	s.mustHold(t, ids)
	drained(t, bench)
}
