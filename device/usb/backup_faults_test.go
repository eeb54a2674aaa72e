package usb

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/sim"
	simulated "github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// The ways in which a session can be interrupted.
var cuts = []struct {
	name   string
	fault  sim.Fault
	killed bool // nothing is closed or flushed afterwards, as after kill -9
}{
	{"reset", sim.Fault{Kind: sim.Reset}, false},
	{"killed", sim.Fault{Kind: sim.Reset}, true},
	{"garbage", sim.Fault{Kind: sim.Garbage}, false},
	{"truncated", sim.Fault{Kind: sim.Truncated}, true},
	{"hostile path", sim.Fault{Kind: sim.HostilePath, Error: "../../../outside"}, false},
	{"error", sim.Fault{Kind: sim.BackupError, Count: 1, Error: "no (MBErrorDomain/1)"}, false},
}

// Whichever message interrupts a backup, the previous copy is unchanged, the next run produces a
// complete copy, and nothing is left outside the library. A seeded sample of the messages is
// tested; BACKUPDOCTOR_LONG=1 tests all of them.
func TestBackupCutAtEveryMessage(t *testing.T) {
	const service = "com.apple.mobilebackup2"
	reference := simulated.New(fewFiles()...)
	_, lib := newLibrary(t)
	first := copied(t, lib, reference, nil, false)
	if first == "" {
		t.Fatal("there is no copy to begin with")
	}
	reference.SetFiles(changedFiles())
	copied(t, lib, reference, nil, false)
	messages := len(reference.Sessions()[1].Messages)

	random := rand.New(rand.NewPCG(21, 2026))
	var places []int
	for range 4 {
		places = append(places, random.IntN(messages))
	}
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		places = nil
		for k := range messages {
			places = append(places, k)
		}
	}
	for i, k := range places {
		for c, cut := range cuts {
			if os.Getenv("BACKUPDOCTOR_LONG") == "" && (i+c)%3 != 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s at %d", cut.name, k), func(t *testing.T) {
				tree, lib := newLibrary(t)
				agent := simulated.New(fewFiles()...)
				before := copied(t, lib, agent, nil, false)
				was := digestOf(t, before)
				agent.SetFiles(changedFiles())
				fault := cut.fault
				fault.At, fault.After = service, k
				copied(t, lib, agent, []sim.Fault{fault}, cut.killed)
				if digestOf(t, before) != was {
					t.Error("the copy before is another one")
				}
				after := copied(t, lib, agent, nil, false)
				if after == "" || after == before {
					t.Fatal("there is no new copy")
				}
				if digestOf(t, before) != was {
					t.Error("the copy before is another one after the next run")
				}
				proofOf(t, after)
				entries, err := os.ReadDir(tree)
				if err != nil || len(entries) != 1 {
					t.Errorf("beside the library lies %v, %v", entries, err)
				}
			})
		}
	}
}

func fewFiles() []simulated.File {
	return append(simulated.Numbered("CameraRollDomain", "Media/DCIM", 6, 1000),
		simulated.File{Domain: "HomeDomain", Path: "Library/Preferences/a.plist", Data: []byte("a")},
		simulated.File{Domain: "HomeDomain", Path: "Library/Preferences/gone.plist", Data: []byte("gone")},
	)
}

// changedFiles returns a later version of the files: some changed, some removed, some added.
func changedFiles() []simulated.File {
	files := fewFiles()[:7]
	files[2].Seed, files[2].Size, files[2].Modified = 77, 1500, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	return append(files, simulated.File{Domain: "HomeDomain", Path: "Library/new", Data: []byte("new")})
}

// newLibrary returns a library and the folder that contains nothing else.
func newLibrary(t *testing.T) (folder string, lib library.Library) {
	t.Helper()
	folder = fastFolder(t)
	lib, err := library.Open(filepath.Join(folder, "library"))
	if err != nil {
		t.Fatal(err)
	}
	return folder, lib
}

// copied makes a copy the way the command does and returns its folder, or "" if there is none.
func copied(t *testing.T, lib library.Library, agent *simulated.Agent, faults []sim.Fault, killed bool) string {
	t.Helper()
	d := withFiles(t, agent, faults...)
	door := newDoor(t)
	stop := start(t, newTray(t, d), door)
	defer stop()
	found, err := door.Find(t.Context())
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	shelf, err := lib.Change(d.UDID())
	if err != nil {
		t.Fatal(err)
	}
	defer shelf.Close()
	partial, err := shelf.Begin(t.Context(), false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer partial.Close()
	folder, err := mobilebackup.OpenFolder(partial.Path)
	if err != nil {
		t.Fatal(err)
	}
	folder.Free = func() (uint64, error) { return 1 << 40, nil }
	folder.Kept = func(files []mobilebackup.Arrival) error {
		var list []library.Received
		for _, f := range files {
			if id, ok := manifest.ParseID([]byte(filepath.Base(f.Path))); ok {
				list = append(list, library.Received{ID: id, Size: uint64(f.Size), SHA1: f.SHA1, SHA256: f.SHA256, At: time.Now()})
			}
		}
		return partial.Keep(list)
	}
	result, err := door.Backup(t.Context(), found[0], Backup{Folder: folder, Silence: time.Minute, Tell: func(BackupEvent) {}})
	if killed {
		return ""
	}
	if errClose := folder.Close(); errClose != nil {
		t.Error(errClose)
	}
	if err != nil || result.Code != 0 {
		if faults == nil {
			t.Errorf("%+v, %v", result.Outcome, err)
		}
		return ""
	}
	c, err := partial.Finish(result.Info, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return c.Folder
}

// proofOf fails unless a copy is complete, both by what was received and by what is read back.
func proofOf(t *testing.T, folder string) {
	t.Helper()
	index, err := library.IndexOf(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	received := func(id manifest.FileID) (backup.Received, bool) {
		r, ok := index.Find(id)
		return backup.Received{Size: r.Size, SHA1: r.SHA1, SHA256: r.SHA256}, ok
	}
	for _, arrived := range []bool{true, false} {
		proof := backup.Deep(t.Context(), backup.Folder{Path: folder, UDID: filepath.Base(folder)}, backup.Options{Received: received, Arrived: arrived})
		for _, s := range proof.Statements {
			if s.Shown != "true" && s.Shown != "not-asked" {
				t.Errorf("%+v", s)
			}
		}
		if proof.ReceivedRight == 0 || proof.Listed == 0 {
			t.Errorf("%d of %d files were compared with what arrived", proof.ReceivedRight, proof.Listed)
		}
	}
}

// digestOf returns a digest of all names and bytes in a folder.
func digestOf(t *testing.T, folder string) (sum [sha256.Size]byte) {
	t.Helper()
	all := sha256.New()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fmt.Fprintln(all, path)
		if entry.IsDir() {
			return nil
		}
		data, err := os.ReadFile(path)
		fmt.Fprintln(all, len(data))
		all.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return [sha256.Size]byte(all.Sum(nil))
}
