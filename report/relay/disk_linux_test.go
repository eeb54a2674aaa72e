package relay

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// smallDisk mounts a disk of some megabytes, which only root may.
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

// TestDiskOfABenchIsFull: nothing is acknowledged that is not on it, all that was stays, and
// when there is room again, the bench goes on by itself.
func TestDiskOfABenchIsFull(t *testing.T) {
	f := newFleet(t, "north")
	disk := smallDisk(t, "size=8m")
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 4<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	var s shelf
	hub := f.hub(t, s.sink)
	bench := f.bench(t, "north", hub.Listen)
	log, told := logged(t, "the bench whose disk is full")
	bench.Dir, bench.Log = filepath.Join(disk, "stream"), log
	running(t, bench.Run)

	var acknowledged []string
	for full := false; !full; {
		item := one(t, strings.Repeat("x", 100_000))
		eventually(t, "the disk takes a report, or is full", func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			err := bench.Publish(ctx, item)
			if err == nil {
				acknowledged = append(acknowledged, item.ID)
			}
			full = strings.Contains(told.String(), "no space left")
			return err == nil || full
		})
	}
	if len(acknowledged) < 10 || len(acknowledged) > 80 {
		t.Errorf("a disk of 4 MB took %d reports of 100 kB", len(acknowledged))
	}
	eventually(t, "the bench starts anew", func() bool { return strings.Contains(told.String(), "the stream starts anew") })
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	acknowledged = append(acknowledged, publish(t, bench, 5)...)
	running(t, hub.Run)
	s.mustHold(t, acknowledged)
	drained(t, bench)
}

// TestDiskOfAHubIsFull: the benches keep what it cannot take.
func TestDiskOfAHubIsFull(t *testing.T) {
	f := newFleet(t, "north")
	disk := smallDisk(t, "size=8m")
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 5<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := shelf{fails: func(Message) error { return os.ErrDeadlineExceeded }}
	hub := f.hub(t, s.sink)
	log, told := logged(t, "the hub whose disk is full")
	hub.Dir, hub.Log = filepath.Join(disk, "hub"), log
	running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	running(t, bench.Run)
	var ids []string
	for range 60 {
		item := one(t, strings.Repeat("x", 100_000))
		mustPublish(t, bench, item)
		ids = append(ids, item.ID)
	}
	eventually(t, "the hub's disk is full", func() bool { return strings.Contains(told.String(), "the stream starts anew") })
	if benchState(t, bench).Waiting == 0 {
		t.Error("the bench keeps nothing")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	s.failWith(nil)
	s.mustHold(t, ids)
	drained(t, bench)
}
