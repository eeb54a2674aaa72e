package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
	"golang.org/x/sys/unix"
)

// smallDisk mounts a file system with room for this many files until the test ends, and skips the
// test where that is not permitted.
func smallDisk(t *testing.T, files int) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=256m,nr_inodes=%d", files)); err != nil {
		t.Skip("no file system can be mounted here: ", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// remount changes how a file system is mounted.
func remount(t *testing.T, folder string, flags uintptr, options string) {
	t.Helper()
	if err := unix.Mount("", folder, "", unix.MS_REMOUNT|flags, options); err != nil {
		t.Fatal(err)
	}
}

// filesOn returns how many files a file system holds, as it counts them.
func filesOn(t *testing.T, folder string) int {
	t.Helper()
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		t.Fatal(err)
	}
	return int(stat.Files - stat.Ffree)
}

// fillDisk writes one file until there is no more room for data.
func fillDisk(t *testing.T, folder string) (path string) {
	t.Helper()
	path = filepath.Join(folder, "filler")
	file, err := os.Create(path)
	block := make([]byte, 1<<20)
	for err == nil {
		_, err = file.Write(block)
	}
	if file.Close(); !errors.Is(err, unix.ENOSPC) {
		t.Error(err)
	}
	return path
}

// copiedTo makes a copy of a device in a library, without the device being examined.
func copiedTo(t *testing.T, address, library string, arguments ...string) session {
	t.Helper()
	return typed(t, t.Context(), append([]string{"backup", "--usbmux", address, "--to", library, "-o", "summary"}, arguments...)...)
}

// smallAgent returns a device with few files.
func smallAgent() *mobilebackup.Agent {
	return mobilebackup.New(
		mobilebackup.File{Domain: "HomeDomain", Path: "Library/a.plist", Size: 4000, Seed: 1},
		mobilebackup.File{Domain: "CameraRollDomain", Path: "Media/DCIM/1", Size: 200_000, Seed: 2},
	)
}

// namesIn returns everything in a folder, for which a proof would be false if it were to change.
func namesIn(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			fmt.Fprintln(&all, path, info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// fullDisk is what is said of a disk that has room for data and for no more files.
func fullDisk(library string) []string {
	return []string{
		"the disk of “" + library + "” has no room for the files of a copy, as it limits their number, although 268 MB are free",
		"hint: remove what is not needed from that disk, or name another disk with --to; then run the same command again",
	}
}

// At whichever step a disk has no room for another file, the message says so, what that left as it
// was, and what to do. The earlier copy is unchanged, and the same command succeeds later.
func TestBackupOntoFullDiskAtEachStep(t *testing.T) {
	for _, name := range []string{"first", "second"} {
		t.Run(name, func(t *testing.T) {
			folder := smallDisk(t, 100_000)
			library := filepath.Join(folder, "disk", "copies")
			d := clones(t, 1)[0]
			d.Backup = smallAgent()
			address, _ := attach(t, d)
			earlier, was := folder, ""
			if name == "second" {
				if s := copiedTo(t, address, library); s.code != 0 {
					t.Fatalf("exit code %d\n%s", s.code, s.stderr)
				}
				found, err := filepath.Glob(filepath.Join(library, "*", "2*Z"))
				if err != nil || len(found) != 1 {
					t.Fatal(found, err)
				}
				earlier = found[0]
				was = namesIn(t, earlier)
			}
			withRoomFor := func(files int) session {
				remount(t, folder, 0, fmt.Sprintf("nr_inodes=%d", filesOn(t, folder)+files))
				defer remount(t, folder, 0, "nr_inodes=100000")
				s := copiedTo(t, address, library)
				if s.code != 0 {
					for _, want := range fullDisk(library) {
						if !strings.Contains(s.stderr, want) {
							t.Fatalf("with room for %d files, exit code %d, no %q:\n%s", files, s.code, want, s.stderr)
						}
					}
				}
				if s.code != 0 && was != "" && namesIn(t, earlier) != was {
					t.Fatalf("with room for %d files, the earlier copy changed", files)
				}
				return s
			}
			room, s := 0, session{}
			for ; !strings.Contains(s.stderr, "asking  "); room++ {
				if s = withRoomFor(room); s.code == 3 && !strings.Contains(s.stderr, "; no backup was started, and no copy was changed") == !strings.Contains(s.stderr, "asking  ") {
					t.Errorf("with room for %d files:\n%s", room, s.stderr)
				}
			}
			const few = 5
			if room < few {
				t.Errorf("only %d steps before the device is asked", room)
			}
			const some = 150 // a backup has more than 500 folders
			for s.code != 0 && !strings.Contains(s.stderr, "complete, but not proved: ") {
				if s = withRoomFor(some); s.code == 3 && !strings.Contains(s.stderr, "; what has arrived is kept, and no copy was changed") {
					t.Errorf("with room for %d files:\n%s", some, s.stderr)
				}
			}
		})
	}
}

// A disk that becomes full while the device sends is named as what ended the backup, not the code with
// which the device did. Then what has arrived is resumed.
func TestBackupOntoDiskThatFills(t *testing.T) {
	folder := smallDisk(t, 100_000)
	library := filepath.Join(folder, "copies")
	d := clones(t, 1)[0]
	d.Backup = smallAgent()
	filler := ""
	d.Backup.Sending = func(int) {
		if filler == "" {
			filler = fillDisk(t, folder)
		}
	}
	address, _ := attach(t, d)
	s := copiedTo(t, address, library)
	for _, want := range []string{
		"the disk of “" + library + "” is full: 0 bytes are free, and a copy needs at least 67 MB (144 GB are stored on the device); what has arrived is kept, and no copy was changed\n",
		"hint: remove what is not needed from that disk, or name another disk with --to; then run the same command again: what has arrived is kept",
	} {
		if s.code != 3 || !strings.Contains(s.stderr, want) {
			t.Errorf("exit code %d, no %q\n%s", s.code, want, s.stderr)
		}
	}
	if s := copiedTo(t, address, library); s.code != 3 || !strings.Contains(s.stderr, " is full: 0 bytes are free, ") || strings.Contains(s.stderr, "asking  ") {
		t.Errorf("it is still full, exit code %d\n%s", s.code, s.stderr)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if s := copiedTo(t, address, library); s.code != 0 || !strings.Contains(s.stderr, "resuming the interrupted copy") {
		t.Errorf("exit code %d\n%s", s.code, s.stderr)
	}
}

func TestBackupOntoReadOnlyDisk(t *testing.T) {
	folder := smallDisk(t, 100_000)
	library := filepath.Join(folder, "copies")
	d := clones(t, 1)[0]
	d.Backup = smallAgent()
	address, _ := attach(t, d)
	if s := copiedTo(t, address, library); s.code != 0 {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	remount(t, folder, unix.MS_RDONLY, "")
	s := copiedTo(t, address, library)
	if s.code != 3 || !strings.Contains(s.stderr, "the disk of “"+library+"” is read-only; no backup was started, and no copy was changed; the proved copy of ") || !strings.Contains(s.stderr, "hint: make that disk writable") {
		t.Errorf("exit code %d\n%s", s.code, s.stderr)
	}
	s = copiedTo(t, address, filepath.Join(folder, "other"))
	if s.code != 2 || !strings.Contains(s.stderr, "other” is read-only\nhint: make that disk writable") {
		t.Errorf("exit code %d\n%s", s.code, s.stderr)
	}
	if s := typed(t, t.Context(), "verify", "--deep", "--backups", library); s.code != 0 {
		t.Errorf("exit code %d\n%s%s", s.code, s.stdout, s.stderr)
	}
}

func TestExportOntoFullDisk(t *testing.T) {
	library := filepath.Join(t.TempDir(), "copies")
	d := clones(t, 1)[0]
	d.Backup = smallAgent()
	address, _ := attach(t, d)
	if s := copiedTo(t, address, library); s.code != 0 {
		t.Fatalf("exit code %d\n%s", s.code, s.stderr)
	}
	folder := smallDisk(t, 100)
	s := typed(t, t.Context(), "backups", "export", "--to", filepath.Join(folder, "out"), library)
	for _, want := range []string{
		"the disk of “" + filepath.Join(folder, "out") + "” has no room for the files of a copy, ", "; nothing was left there, and the copy in the library was not changed\n",
		"hint: remove what is not needed from that disk, or name another folder with --to; then run the same command again\n",
	} {
		if s.code != 2 || !strings.Contains(s.stderr, want) {
			t.Errorf("exit code %d, no %q\n%s", s.code, want, s.stderr)
		}
	}
	if left, err := os.ReadDir(filepath.Join(folder, "out")); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// The disk that is named is the one that refused something, not that of the library.
func TestBackupWithLocksOnFullDisk(t *testing.T) {
	folder := smallDisk(t, 100_000)
	fillDisk(t, folder)
	address, _ := attach(t, clones(t, 1)...)
	s := typedIn(t, t.Context(), map[string]string{"XDG_DATA_HOME": folder}, "backup", "--usbmux", address, "--no-history", "--to", filepath.Join(t.TempDir(), "copies"), "-o", "summary")
	for _, want := range []string{
		"the disk of “" + filepath.Join(folder, "backupdoctor", "locks") + "” is full; no backup was started, and no copy was changed\n",
		"hint: remove what is not needed from that disk; then run the same command again\n",
	} {
		if s.code != 3 || !strings.Contains(s.stderr, want) {
			t.Errorf("exit code %d, no %q\n%s", s.code, want, s.stderr)
		}
	}
}

// A library that vanishes while the device sends is named, not the code that the device makes of it.
func TestBackupIntoVanishingLibrary(t *testing.T) {
	folder := t.TempDir()
	library := filepath.Join(folder, "copies")
	for _, removed := range []struct{ pattern, want string }{
		{library, "“" + library + "” is gone: its disk was removed, or the folder was moved or removed\n"},
		{filepath.Join(library, "*", ".partial"), "something in “" + library + "” is missing (“lstat "},
	} {
		d := clones(t, 1)[0]
		d.Backup = smallAgent()
		d.Backup.Sending = func(int) {
			found, err := filepath.Glob(removed.pattern)
			if err != nil || len(found) != 1 {
				t.Error(found, err)
			}
			for _, path := range found {
				if err := os.Rename(path, filepath.Join(t.TempDir(), "moved")); err != nil {
					t.Error(err)
				}
			}
		}
		address, _ := attach(t, d)
		s := copiedTo(t, address, library)
		if s.code != 3 || !strings.Contains(s.stderr, removed.want) || strings.Contains(s.stderr, "is kept") || !strings.Contains(s.stderr, "run the same command again\n") {
			t.Errorf("exit code %d, no %q\n%s", s.code, removed.want, s.stderr)
		}
	}
}
