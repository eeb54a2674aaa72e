package mobilebackup

import (
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func openFolder(t *testing.T) (*Folder, string) {
	t.Helper()
	path := t.TempDir()
	folder, err := OpenFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { folder.Close() })
	return folder, path
}

func content(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Error(err)
	}
	return string(data)
}

const someID = "4912fa2c7ae5f26e5a2e6e2d3c4b5a69788796a5"

func TestReceive(t *testing.T) {
	folder, path := openFolder(t)
	var kept []Arrival
	folder.Kept = func(files []Arrival) error { kept = append(kept, files...); return nil }
	large := strings.Repeat("0123456789abcdef", 3*bufferSize/16) + "end"
	s := new(stream)
	s.file("U/Snapshot/49/"+someID, large)
	s.path("unreadable")
	s.path("U/Snapshot/aa/unreadable")
	s.block(codeRemoteError, "Input/output error")
	s.path("empty")
	s.path("U/empty")
	s.block(codeSuccess, "")
	s.path("trailer")
	s.path("U/trailer")
	s.block(codeData, "data")
	s.block(codeRemoteError, "")
	s.file("U/Status.plist", "state")
	unread, failed, fatal := taken(t, folder, s.end())
	if failed != nil || fatal != nil {
		t.Fatal(failed, fatal)
	}
	if len(unread) != 1 || unread[0] != (Unread{"U/Snapshot/aa/unreadable", "unreadable", "Input/output error"}) {
		t.Errorf("unread: %v", unread)
	}
	if content(t, path, "U/Snapshot/49", someID) != large || content(t, path, "U/empty") != "" || content(t, path, "U/trailer") != "data" || content(t, path, "U/Status.plist") != "state" {
		t.Error("the contents are others")
	}
	if _, err := os.Stat(filepath.Join(path, "U/Snapshot/aa")); err == nil {
		t.Error("a file that was not read has left something behind")
	}
	if len(kept) != 4 || kept[0] != (Arrival{"U/Snapshot/49/" + someID, int64(len(large)), sha1.Sum([]byte(large)), sha256.Sum256([]byte(large)), false}) {
		t.Errorf("%d files were kept, the first %+v", len(kept), kept[0])
	}
	if entries, err := folder.list("."); err != nil || len(entries) != 1 || entries["U"].kind != "DLFileTypeDirectory" {
		t.Errorf("%v, %v", entries, err)
	}
}

// A file that shares its inode with another copy is replaced, never overwritten.
func TestReceiveReplaces(t *testing.T) {
	folder, path := openFolder(t)
	before := filepath.Join(path, "before")
	if err := errors.Join(os.WriteFile(before, []byte("old"), 0o600), os.Link(before, filepath.Join(path, "Status.plist"))); err != nil {
		t.Fatal(err)
	}
	if _, failed, fatal := taken(t, folder, new(stream).file("Status.plist", "new").end()); failed != nil || fatal != nil {
		t.Fatal(failed, fatal)
	}
	if content(t, before) != "old" || content(t, path, "Status.plist") != "new" {
		t.Error("the old file changed, or the new one is not there")
	}
}

// A truncated stream leaves no partial file, wherever it is cut.
func TestReceiveCut(t *testing.T) {
	whole := new(stream).file("U/first", "1234").file("U/"+someID, "5678").file("U/Snapshot/49/"+someID, "abcd").end()
	for length := range whole {
		folder, path := openFolder(t)
		_, failed, fatal := taken(t, folder, whole[:length])
		if failed != nil || fatal == nil {
			t.Fatalf("%d bytes: %v, %v", length, failed, fatal)
		}
		for _, name := range []string{"U/first", "U/" + someID, "U/Snapshot/49/" + someID} {
			if data, err := os.ReadFile(filepath.Join(path, name)); err == nil && len(data) != 4 {
				t.Errorf("%d bytes: %s holds %q", length, name, data)
			}
		}
		if left, _ := os.ReadDir(filepath.Join(path, arriving)); len(left) > 0 {
			t.Errorf("%d bytes: %v is left", length, left)
		}
		folder.Close()
	}
}

// If the device sends a file again while it is being written, the last one stays.
func TestReceiveTwice(t *testing.T) {
	folder, path := openFolder(t)
	name := "U/Snapshot/49/" + someID
	s := new(stream)
	for i := range 50 {
		s.file(name, strings.Repeat("x", i))
	}
	if _, failed, fatal := taken(t, folder, s.file(name, "last").end()); failed != nil || fatal != nil {
		t.Fatal(failed, fatal)
	}
	if content(t, path, name) != "last" {
		t.Error("another one stayed")
	}
}

// After a file could not be written, no file changes the state, however often the device tries.
func TestReceiveFails(t *testing.T) {
	folder, path := openFolder(t)
	if err := errors.Join(folder.makeFolder("U"), os.WriteFile(filepath.Join(path, "U/Snapshot"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, failed, _ := taken(t, folder, new(stream).file("U/Snapshot/49/"+someID, "x").end()); failed == nil {
		t.Error("a file in a file was written")
	}
	for range 2 {
		if _, failed, _ := taken(t, folder, new(stream).file("U/Status.plist", "moving").end()); failed == nil {
			t.Error("no error was reported")
		}
	}
	if _, err := os.Stat(filepath.Join(path, "U/Status.plist")); err == nil {
		t.Error("the state was written")
	}
}

// A full disk is reported after the stream, and writing stops before the disk is full.
func TestReceiveFull(t *testing.T) {
	folder, path := openFolder(t)
	folder.Free = func() (uint64, error) { return LeastFree - 1, nil }
	_, failed, fatal := taken(t, folder, new(stream).file("U/first", "1234").file("U/second", "5678").end())
	if fatal != nil || statusOf(failed) != statusNoSpace {
		t.Errorf("%v, %v", failed, fatal)
	}
	if _, err := os.Stat(filepath.Join(path, "U/second")); err == nil {
		t.Error("a file was written")
	}
}

func TestStatusOf(t *testing.T) {
	for err, want := range map[error]int{
		fs.ErrNotExist:   -6,
		fs.ErrExist:      -7,
		syscall.ENOTDIR:  -8,
		syscall.EISDIR:   -9,
		syscall.ELOOP:    -10,
		syscall.EIO:      -11,
		errFull:          -15,
		fs.ErrPermission: -1,
		syscall.EACCES:   -1,
		ErrPath:          -1,
	} {
		if got := statusOf(&fs.PathError{Err: err}); got != want {
			t.Errorf("%v is %d, not %d", err, got, want)
		}
	}
}

// No link out of the folder is followed, whoever created it.
func TestFollowsNoLinkOut(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege there")
	}
	folder, path := openFolder(t)
	outside := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600), os.Symlink(outside, filepath.Join(path, "out"))); err != nil {
		t.Fatal(err)
	}
	if _, failed, _ := taken(t, folder, new(stream).file("out/new", "x").end()); failed == nil {
		t.Error("a file was written")
	}
	if _, err := folder.list("out"); err == nil {
		t.Error("it was listed")
	}
	if _, err := folder.open("out/secret"); err == nil {
		t.Error("it was opened")
	}
	for what, err := range map[string]error{
		"made": folder.makeFolder("out/folder"), "moved": folder.move("out/secret", "here"), "copied": folder.copy("out/secret", "here"),
	} {
		if err == nil {
			t.Errorf("it was %s", what)
		}
	}
	_ = folder.remove("out/secret")
	if err := folder.remove("out"); err != nil {
		t.Error(err)
	}
	if content(t, outside, "secret") != "secret" {
		t.Error("it is gone")
	}
}

func TestMove(t *testing.T) {
	folder, path := openFolder(t)
	if _, failed, fatal := taken(t, folder, new(stream).file("U/a", "a").file("U/d/b", "b").file("U/e/c", "c").end()); failed != nil || fatal != nil {
		t.Fatal(failed, fatal)
	}
	for _, move := range [][2]string{{"U/a", "U/d/b"}, {"U/d", "U/e"}, {"U", "new/U"}} {
		if err := folder.move(move[0], move[1]); err != nil {
			t.Errorf("%v: %v", move, err)
		}
	}
	if content(t, path, "new/U/e/b") != "a" {
		t.Error("it is another file")
	}
	if err := folder.move("gone", "x"); statusOf(err) != statusMissing {
		t.Errorf("%v", err)
	}
	if folder.move("new", ".") == nil || folder.remove(".") == nil {
		t.Error("the folder itself was touched")
	}
}
