package usb

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/backup/library"
	"github.com/backupdoctor/backupdoctor/device/backup/manifest"
	"github.com/backupdoctor/backupdoctor/device/sim"
	simulated "github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// fewFiles are the files of a device before its first backup.
func fewFiles() []simulated.File {
	return append(simulated.Numbered("CameraRollDomain", "Media/DCIM", 6, 1000),
		simulated.File{Domain: "HomeDomain", Path: "Library/Preferences/a.plist", Data: []byte("a")},
		simulated.File{Domain: "HomeDomain", Path: "Library/Preferences/gone.plist", Data: []byte("gone")},
		simulated.File{Domain: "HealthDomain", Path: "Health/health.bin", Size: 500, Seed: 3, OnlyEncrypted: true},
	)
}

// changedFiles returns a later version of the files: some changed, some removed, some added.
func changedFiles() []simulated.File {
	files := fewFiles()[:7]
	files[2].Seed, files[2].Size, files[2].Modified = 77, 1500, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	return append(files, simulated.File{Domain: "HomeDomain", Path: "Library/new", Data: []byte("new")})
}

// newLibrary returns a library in a folder that contains nothing else.
func newLibrary(t testing.TB, folder string) library.Library {
	t.Helper()
	lib, err := library.Open(filepath.Join(folder, "library"))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// healthy is a device without faults. Loading it takes longer than most of these backups.
var healthy = sync.OnceValues(func() (*sim.Device, error) {
	devices, err := loadPatients("healthy-iphone")
	for _, d := range devices {
		if d.Name == "healthy-iphone" {
			return d, nil
		}
	}
	return nil, err
})

// attachHealthy serves a device with this agent and these faults until detach is called.
func attachHealthy(t testing.TB, agent *simulated.Agent, faults ...sim.Fault) (client Client, detach func()) {
	t.Helper()
	original, err := healthy()
	if err != nil || original == nil {
		t.Fatal(original, err)
	}
	d := *original
	d.Backup, d.Faults = agent, faults
	client = newClient(t)
	return client, start(t, newTray(t, &d), client)
}

// An attempt is one run of a backup into a library.
type attempt struct {
	silence time.Duration // how long a silent device is waited for; 0 for a minute
	step    func(n int)   // called at each message in either direction; may be nil
	free    func() uint64 // free bytes to report; nil for plenty
	kept    func() error  // called before received files are recorded; may be nil

	phase    func(name string) // called at the start of each phase; may be nil
	proves   bool              // prove the copy, and remove the earlier one
	password string            // needed for the proof of an encrypted copy

	steps  []string // names of the messages
	result BackupResult
}

// run makes a copy the way the command does and returns its folder.
func (a *attempt) run(ctx context.Context, lib library.Library, client Client) (string, error) {
	found, err := client.Find(ctx)
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%d devices, %w", len(found), err)
	}
	shelf, err := lib.Change(found[0].UDID)
	if err != nil {
		return "", err
	}
	defer shelf.Close()
	a.begin(cloning)
	partial, err := shelf.Begin(ctx, false, nil)
	if err != nil {
		return "", err
	}
	defer partial.Close()
	a.begin(receiving)
	folder, err := mobilebackup.OpenFolder(partial.Path)
	if err != nil {
		return "", err
	}
	folder.Free = func() (uint64, error) {
		if a.free != nil {
			return a.free(), nil
		}
		return 1 << 40, nil
	}
	folder.Kept = func(files []mobilebackup.Arrival) error {
		if a.kept != nil {
			if err := a.kept(); err != nil {
				return err
			}
		}
		var list []library.Received
		for _, f := range files {
			if id, ok := manifest.ParseID([]byte(filepath.Base(f.Path))); ok {
				list = append(list, library.Received{ID: id, Size: uint64(f.Size), SHA1: f.SHA1, SHA256: f.SHA256, At: time.Now()})
			}
		}
		return partial.Keep(list)
	}
	b := Backup{Folder: folder, Silence: a.silence, Tell: func(BackupEvent) {}, Trace: func(s mobilebackup.Step) {
		if a.step != nil {
			a.step(len(a.steps))
		}
		a.steps = append(a.steps, s.Name)
	}}
	if b.Silence == 0 {
		b.Silence = time.Minute
	}
	a.result, err = client.Backup(ctx, found[0], b)
	if errClose := folder.Close(); err == nil {
		err = errClose
	}
	if err == nil && a.result.Code != 0 {
		err = fmt.Errorf("error %d: %s", a.result.Code, a.result.Words)
	}
	if err != nil {
		return "", err
	}
	a.begin(finishing)
	c, err := partial.Finish(a.result.Info, time.Now())
	if err == nil && a.proves {
		a.begin(proving)
		err = a.prove(ctx, shelf, c.Folder)
	}
	return c.Folder, err
}

func (a *attempt) begin(phase string) {
	if a.phase != nil {
		a.phase(phase)
	}
}

// prove proves a copy the way the command does.
func (a *attempt) prove(ctx context.Context, shelf *library.Device, folder string) error {
	proof, err := lookDeep(ctx, folder, a.password, true)
	if err != nil {
		return err
	}
	if open := unshown(proof); len(open) > 0 {
		return fmt.Errorf("%+v", open)
	}
	err = library.SaveProof(folder, library.Noted{ProvedAt: time.Now().UTC(), Whole: true, Proof: proof})
	if err == nil {
		_, err = shelf.Prune(1)
	}
	return err
}

// lookDeep verifies a copy by what was received or, unless it has just arrived, by what is read
// back.
func lookDeep(ctx context.Context, folder, password string, arrived bool) (device.Proof, error) {
	index, err := library.IndexOf(folder)
	if err != nil {
		return device.Proof{}, err
	}
	defer index.Close()
	at := backup.Folder{Path: folder, UDID: filepath.Base(folder)}
	options := backup.Options{Received: func(id manifest.FileID) (backup.Received, bool) {
		r, ok := index.Find(id)
		return backup.Received{Size: r.Size, SHA1: r.SHA1, SHA256: r.SHA256, Seen: arrived && !r.At.IsZero()}, ok
	}}
	if password != "" {
		if options.Keys, err = backup.Unlock(ctx, at, password, nil); err != nil {
			return device.Proof{}, err
		}
	}
	return backup.Deep(ctx, at, options), nil
}

// unshown returns the statements of a proof that were not shown.
func unshown(proof device.Proof) []device.Statement {
	return slices.DeleteFunc(slices.Clone(proof.Statements), func(s device.Statement) bool {
		return s.Shown == "true" || s.Shown == "not-asked"
	})
}

// proofOf fails unless a copy is complete, both by what was received and by what is read back.
func proofOf(t testing.TB, folder, password string) {
	t.Helper()
	for _, arrived := range []bool{true, false} {
		proof, err := lookDeep(t.Context(), folder, password, arrived)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range unshown(proof) {
			t.Errorf("%+v", s)
		}
		if proof.ReceivedRight == 0 || proof.Listed == 0 {
			t.Errorf("%d of %d files were compared with what arrived", proof.ReceivedRight, proof.Listed)
		}
	}
}

// digestOf returns a digest of all names and bytes in a folder.
func digestOf(t testing.TB, folder string) (sum [sha256.Size]byte) {
	t.Helper()
	all := sha256.New()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		fmt.Fprintln(all, name)
		if err != nil || entry.IsDir() {
			return err
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
