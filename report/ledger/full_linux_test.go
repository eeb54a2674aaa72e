package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// smallDisk mounts a disk of a size, such as 2m, and returns its folder.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("no disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(disk, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return disk
}

// TestAFullDisk fills a small disk and then frees space.
func TestAFullDisk(t *testing.T) {
	disk := smallDisk(t, "2m")
	path := filepath.Join(disk, "history.sqlite")
	runs, word := filledUp(t, child(t, "fill up", path))
	if !strings.Contains(word, ErrFull.Error()) {
		t.Errorf("told: %s", word)
	}
	must(t, unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, "size=20m"))
	holdsRuns(t, path, runs)
}

// TestALimitOnFiles simulates a quota, without a separate disk.
func TestALimitOnFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	cmd := child(t, "fill up", path)
	shell := exec.Command("sh", "-c", `trap "" XFSZ; ulimit -f 2000 && exec "$0"`, cmd.Path)
	shell.Env = cmd.Env
	runs, word := filledUp(t, shell)
	if !strings.Contains(word, "the history could not be") {
		t.Errorf("told: %s", word)
	}
	holdsRuns(t, path, runs)
}

// TestNoRoomForABeginning leaves no partial history behind.
func TestNoRoomForABeginning(t *testing.T) {
	disk := smallDisk(t, "1m")
	must(t, os.WriteFile(filepath.Join(disk, "other"), make([]byte, 1000<<10), 0o600))
	path := filepath.Join(disk, "history.sqlite")
	s, err := OpenHistory(t.Context(), path)
	if err == nil {
		t.Fatal(s.Close(), "there was room")
	}
	for _, part := range parts(path) {
		if info, err := os.Stat(part); err == nil {
			t.Errorf("%s was left, with %d bytes", filepath.Base(part), info.Size())
		}
	}
	must(t, os.Remove(filepath.Join(disk, "other")))
	if s := openedHistory(t, path); s.Recovery().Kept != "" {
		t.Errorf("set aside as %s", s.Recovery().Kept)
	}
}

// TestNoRoomForARecovery leaves the damaged history in its place.
func TestNoRoomForARecovery(t *testing.T) {
	disk := smallDisk(t, "20m")
	const runs = 20
	path, damaged := filepath.Join(disk, "history.sqlite"), read(t, damagedBeyondData(t, runs))
	for _, room := range []int{64 << 10, 300 << 10, len(damaged) / 2} {
		must(t, os.WriteFile(path, damaged, 0o600))
		other := filepath.Join(disk, "other")
		must(t, os.WriteFile(other, nil, 0o600))
		var free unix.Statfs_t
		must(t, unix.Statfs(disk, &free))
		must(t, os.WriteFile(other, make([]byte, int(free.Bavail)*int(free.Bsize)-room), 0o600))
		s, err := OpenHistory(t.Context(), path)
		if err == nil {
			t.Fatal(s.Close(), "there was room")
		}
		if !errors.Is(err, ErrFull) || !bytes.Equal(read(t, path), damaged) {
			t.Errorf("with %d bytes of room: %v", room, err)
		}
		must(t, os.Remove(other))
		s = openedHistory(t, path)
		if list, err := s.Runs(t.Context(), 100); err != nil || list.Total != runs {
			t.Errorf("with room again: %d runs, %v", list.Total, err)
		}
		must(t, s.Close())
	}
}

// TestAVolumeThatIsReadOnly is no question of the user's permissions.
func TestAVolumeThatIsReadOnly(t *testing.T) {
	disk := smallDisk(t, "20m")
	path := filepath.Join(disk, "history.sqlite")
	s, err := OpenHistory(t.Context(), path)
	must(t, err)
	must(t, s.Close())
	must(t, unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	if s, err := OpenHistory(t.Context(), path); !errors.Is(err, ErrReadOnly) || errors.Is(err, ErrDenied) {
		t.Errorf("got %v, %v", s, err)
	}
}

// TestTooManyOpenFiles is no question of the user's permissions, either.
func TestTooManyOpenFiles(t *testing.T) {
	path := written(t, 1)
	var told []string
	for limit := 4; limit < 30; limit++ {
		cmd := child(t, "keep runs", path)
		shell := exec.Command("sh", "-c", fmt.Sprintf(`ulimit -n %d && exec "$0"`, limit), cmd.Path)
		shell.Env = cmd.Env
		out, err := shell.CombinedOutput()
		if err == nil {
			break
		}
		told = append(told, string(out))
	}
	all := strings.Join(told, "")
	if strings.Contains(all, ErrDenied.Error()) || !strings.Contains(all, "the history could not be opened: too many open files") {
		t.Errorf("told: %s", all)
	}
}

// TestALogThatCannotBeRead without a further file beside it is no reason to read the rest without it.
func TestALogThatCannotBeRead(t *testing.T) {
	disk := smallDisk(t, "20m")
	path := filepath.Join(t.TempDir(), "history.sqlite")
	s := openedHistory(t, path)
	keepRun(t, s, runID(1), monday)
	for _, part := range []string{"", "-wal"} {
		must(t, os.WriteFile(filepath.Join(disk, "history.sqlite"+part), read(t, path+part), 0o600))
	}
	must(t, s.Close())
	copied := filepath.Join(disk, "history.sqlite")
	must(t, unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	if s, err := OpenHistoryToRead(t.Context(), copied); !errors.Is(err, ErrLog) || errors.Is(err, ErrDenied) {
		t.Errorf("got %v, %v", s, err)
	}
	must(t, unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, ""))
	s, err := OpenHistoryToRead(t.Context(), copied)
	must(t, err)
	if list, err := s.Runs(t.Context(), 100); err != nil || list.Total != 1 {
		t.Errorf("in a folder that can be written: %d runs, %v", list.Total, err)
	}
	must(t, s.Close())
}
