package mobilebackup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// many returns a stream with just enough small files to start a sync.
func many() *stream {
	s := new(stream)
	for i := range syncFiles {
		s.file(fmt.Sprintf("U/Snapshot/%02x/%040x", i%256, i), "x")
	}
	return s
}

// Files are passed to Kept once they are synced, and a file that changes the state only after all
// earlier ones.
func TestSyncsWhileTheDeviceSends(t *testing.T) {
	folder, path := openFolder(t)
	release, kept := make(chan struct{}), 0
	folder.Kept = func(files []Arrival) error {
		<-release
		for _, a := range files {
			if filepath.Base(a.Path) == "Status.plist" && kept < syncFiles {
				t.Errorf("the state arrived when %d files were kept", kept)
			}
			kept++
		}
		return nil
	}
	// The device gets its response before the files are kept.
	if _, failed, fatal := taken(t, folder, many().end()); failed != nil || fatal != nil {
		t.Fatal(failed, fatal)
	}
	close(release)
	if _, failed, fatal := taken(t, folder, new(stream).file("U/Status.plist", "moving").end()); failed != nil || fatal != nil {
		t.Fatal(failed, fatal)
	}
	if kept != syncFiles+1 || content(t, path, "U/Status.plist") != "moving" {
		t.Errorf("%d files were kept", kept)
	}
}

// After a sync that failed, no file changes the state, however often the device tries.
func TestSyncFails(t *testing.T) {
	folder, path := openFolder(t)
	broken, calls := errors.New("broken"), 0
	folder.Kept = func([]Arrival) error {
		if calls++; calls == 1 {
			return broken
		}
		return nil
	}
	if _, _, fatal := taken(t, folder, many().end()); fatal != nil {
		t.Fatal(fatal)
	}
	for range 2 {
		if _, failed, fatal := taken(t, folder, new(stream).file("U/Status.plist", "moving").end()); !errors.Is(failed, broken) || fatal != nil {
			t.Error(failed, fatal)
		}
	}
	if _, err := os.Stat(filepath.Join(path, "U/Status.plist")); err == nil {
		t.Error("the state was written")
	}
}

// A folder that was moved, removed or made again is not mistaken for the one that was there.
func TestFoldersKeptOpen(t *testing.T) {
	folder, path := openFolder(t)
	in := func(name string) string { return name + "/" + someID }
	take := func(name, data string) {
		t.Helper()
		if _, failed, fatal := taken(t, folder, new(stream).file(in(name), data).end()); failed != nil || fatal != nil {
			t.Fatal(failed, fatal)
		}
		if content(t, path, in(name)) != data {
			t.Errorf("%s holds something else", name)
		}
	}
	take("U/Snapshot/49", "1")
	if err := errors.Join(folder.makeFolder("U/49"), folder.move(in("U/Snapshot/49"), in("U/49"))); err != nil {
		t.Fatal(err)
	}
	if err := folder.move("U/Snapshot", "U/Old"); err != nil {
		t.Fatal(err)
	}
	take("U/Snapshot/49", "2")
	if err := folder.remove("U/Snapshot"); err != nil {
		t.Fatal(err)
	}
	take("U/Snapshot/49", "3")
	if err := folder.move("U/Old/49", "U/Snapshot/49"); err != nil { // replaces a folder
		t.Fatal(err)
	}
	take("U/Snapshot/49", "4")
	if content(t, path, in("U/49")) != "1" {
		t.Error("the file in U/49 changed")
	}
}
