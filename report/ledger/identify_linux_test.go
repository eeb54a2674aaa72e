package ledger

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// state returns everything in a folder: names, kinds and contents.
func state(t testing.TB, folder string) string {
	t.Helper()
	var all strings.Builder
	must(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		all.WriteString(path + " " + info.Mode().String() + " " + info.ModTime().String() + "\n")
		if info.Mode().IsRegular() {
			all.Write(read(t, path))
		}
		if entry.IsDir() && path == folder {
			all.Reset() // a folder's time changes with the files in it
		}
		return nil
	}))
	return all.String()
}

// opens are the ways to open a history.
var opens = map[string]func(*testing.T, string) error{
	"to read": func(t *testing.T, path string) error {
		s, err := OpenHistoryToRead(t.Context(), path)
		if err == nil {
			must(t, s.Close())
		}
		return err
	},
	"to write": func(t *testing.T, path string) error {
		s, err := OpenHistory(t.Context(), path)
		if err == nil {
			must(t, s.Close())
		}
		return err
	},
}

// Anything at the path that is not a history of this program is left unchanged.
func TestWhatIsNoHistoryIsLeftAlone(t *testing.T) {
	whole := read(t, written(t, 1))
	other := changedBy(t, filepath.Join(t.TempDir(), "Manifest.db"), "CREATE TABLE Files (fileID TEXT)")
	for name, c := range map[string]struct {
		make func(path string) error
		want string
	}{
		"a folder":     {func(path string) error { return os.Mkdir(path, 0o700) }, "a folder"},
		"a named pipe": {func(path string) error { return unix.Mkfifo(path, 0o600) }, "a named pipe"},
		"a socket": {func(path string) error {
			listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
			if err == nil {
				listener.SetUnlinkOnClose(false)
				listener.Close()
			}
			return err
		}, "a socket"},
		"a link to a device":           {func(path string) error { return os.Symlink("/dev/null", path) }, "a device"},
		"a text":                       {func(path string) error { return os.WriteFile(path, []byte("Dear diary,\n"), 0o600) }, "not a SQLite database"},
		"one byte":                     {func(path string) error { return os.WriteFile(path, []byte{'x'}, 0o600) }, "not a SQLite database"},
		"zeros":                        {func(path string) error { return os.WriteFile(path, make([]byte, 8192), 0o600) }, "not a SQLite database"},
		"a header cut off":             {func(path string) error { return os.WriteFile(path, whole[:60], 0o600) }, "SQLite database of another program"},
		"a database of others":         {func(path string) error { return os.WriteFile(path, read(t, other), 0o600) }, "SQLite database of another program"},
		"a database without any table": {func(path string) error { changedBy(t, path, "PRAGMA user_version = 1"); return nil }, "SQLite database of another program"},
	} {
		for how, open := range opens {
			t.Run(name+" "+how, func(t *testing.T) {
				folder, err := os.MkdirTemp("", "h") // socket paths must be short
				must(t, err)
				t.Cleanup(func() { os.RemoveAll(folder) })
				path := filepath.Join(folder, "history.sqlite")
				must(t, c.make(path))
				before := state(t, folder)
				if err := open(t, path); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
				if after := state(t, folder); after != before {
					t.Errorf("it was\n%q\nand is\n%q", before, after)
				}
			})
		}
	}
}

// A missing file is not a damaged one, and is not replaced.
func TestWhatIsAwayIsLeftAlone(t *testing.T) {
	folder := t.TempDir()
	for name, target := range map[string]string{"history.sqlite": "volume/history.sqlite", "data": "volume/data"} {
		if err := os.Symlink(filepath.Join(folder, target), filepath.Join(folder, name)); err != nil {
			t.Skip(err)
		}
	}
	before := state(t, folder)
	for _, path := range []string{filepath.Join(folder, "history.sqlite"), filepath.Join(folder, "data", "history.sqlite")} {
		for how, open := range opens {
			if err := open(t, path); !errors.Is(err, ErrAway) || !strings.Contains(err.Error(), "is a link to") {
				t.Errorf("%s %s: %v", path, how, err)
			}
		}
	}
	if after := state(t, folder); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
}

// A process killed at its first write leaves an empty file.
func TestAnEmptyFileIsANewHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.sqlite")
	must(t, os.WriteFile(path, nil, 0o600))
	if err := opens["to read"](t, path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read: %v", err)
	}
	s := openedHistory(t, path)
	keepRun(t, s, runID(1), monday, tray(t)...)
	if list, err := s.Runs(t.Context(), 10); err != nil || list.Total != 1 || s.Recovery().Kept != "" {
		t.Errorf("%d runs, %v, set aside %q", list.Total, err, s.Recovery().Kept)
	}
}

// A reading command leaves every file unchanged: the history of a process that has ended, is
// writing, or was killed.
func TestReadingAHistoryChangesNothing(t *testing.T) {
	path := written(t, 3)
	folder := filepath.Dir(path)
	ask := func(t *testing.T, runs int) {
		t.Helper()
		s, err := OpenHistoryToRead(t.Context(), path)
		must(t, err)
		if list, err := s.Runs(t.Context(), 10); err != nil || list.Total != runs {
			t.Errorf("%d runs, %v; want %d", list.Total, err, runs)
		}
		if _, err := s.Stale(t.Context(), monday, 14); err != nil {
			t.Error(err)
		}
		if err := s.Begin(t.Context(), Run{ID: runID(99), Started: monday}); err == nil {
			t.Error("a run was begun")
		}
		released(t, s, runID(99))
		must(t, s.Close())
	}
	before := state(t, folder)
	ask(t, 3)
	if after := state(t, folder); after != before {
		t.Error("after a process that has ended: something was changed")
	}

	writer := openedHistory(t, path)
	keepRun(t, writer, runID(50), monday.Add(50*aDay), tray(t)...)
	ask(t, 4)
	copied := filepath.Join(t.TempDir(), "history.sqlite")
	for _, part := range []string{"", "-wal", "-shm"} { // as left by a kill
		must(t, os.WriteFile(copied+part, read(t, path+part), 0o600))
	}
	path = copied
	contents := func() []byte { return append(read(t, path), read(t, path+"-wal")...) }
	left := contents()
	ask(t, 4)
	if !bytes.Equal(contents(), left) {
		t.Error("after a process that was killed: something was changed")
	}
}

// A history can be read in a folder that is not writable.
func TestAFolderThatCannotBeWritten(t *testing.T) {
	path := written(t, 3)
	folder := filepath.Dir(path)
	if err := unix.Mount(folder, folder, "", unix.MS_BIND, ""); err != nil {
		t.Skipf("nothing can be mounted here: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(folder, unix.MNT_DETACH) })
	must(t, unix.Mount("", folder, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	s, err := OpenHistoryToRead(t.Context(), path)
	must(t, err)
	if list, err := s.Runs(t.Context(), 10); err != nil || list.Total != 3 {
		t.Errorf("%d runs, %v", list.Total, err)
	}
	must(t, s.Close())
	if _, err := OpenHistory(t.Context(), path); err == nil || isBroken(err) {
		t.Errorf("opened to write: %v", err)
	}
}

// A file removed, moved or replaced while in use is no longer written.
func TestAHistoryThatIsLostInUse(t *testing.T) {
	for name, lose := range map[string]func(path string) error{
		"removed": os.Remove,
		"moved":   func(path string) error { return os.Rename(path, path+".moved") },
		"replaced": func(path string) error {
			if err := os.Rename(path, path+".moved"); err != nil {
				return err
			}
			return os.WriteFile(path, []byte("another"), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := written(t, 1)
			s := openedHistory(t, path)
			must(t, s.Writable(t.Context()))
			if err := lose(path); err != nil {
				t.Skip(err)
			}
			if err := s.Writable(t.Context()); !errors.Is(err, ErrAway) {
				t.Errorf("writable: %v", err)
			}
			if err := s.Add(t.Context(), runID(0), tray(t)[0]); !errors.Is(err, ErrAway) {
				t.Errorf("a device: %v", err)
			}
		})
	}
}

// What another program put in the place of a file that is kept beside a history is refused, and not
// waited for: opening a named pipe would wait until another process opens its other end.
func TestWhatIsNoFileBesideAHistory(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"a named pipe": func(path string) error { return unix.Mkfifo(path, 0o600) },
		"a folder":     func(path string) error { return os.Mkdir(path, 0o700) },
		"a device":     func(path string) error { return os.Symlink("/dev/null", path) },
	} {
		t.Run(name, func(t *testing.T) {
			path := written(t, 1)
			must(t, os.RemoveAll(path+".lock"))
			must(t, make(path+".lock"))
			for how, open := range opens {
				if err := open(t, path); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), ".lock is not a lock file of this program: it is "+name) {
					t.Errorf("%s: %v", how, err)
				}
			}
			must(t, os.Remove(path+".lock"))

			must(t, make(holdPath(path, "run")))
			if holds.isHeld(path, "run") {
				t.Error("the run is held")
			}
			if err := holds.take(t.Context(), path, "run"); !errors.Is(err, ErrForeign) {
				t.Errorf("the lock of a run: %v", err)
			}

			must(t, make(path+".reserve"))
			s := openedHistory(t, path)
			if err := s.Reserve(1 << 10); !errors.Is(err, ErrForeign) {
				t.Errorf("the reserve: %v", err)
			}
			must(t, s.Close())
		})
	}
}
