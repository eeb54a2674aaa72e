package sim_test

import (
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// manyFiles are enough for two batches: of the system and of an app, large, small and empty.
func manyFiles() []mobilebackup.File {
	return slices.Concat(
		mobilebackup.Numbered("HomeDomain", "Library/Small", 140, 700),
		mobilebackup.Numbered("AppDomain-com.example.app", "Documents", 10, 300_000),
		[]mobilebackup.File{
			{Domain: "HomeDomain", Path: "Library", Kind: mobilebackup.Directory},
			{Domain: "HomeDomain", Path: "Library/Link", Kind: mobilebackup.Symlink, Target: "Small"},
			{Domain: "HomeDomain", Path: "Library/Empty", Data: []byte{}},
			{Domain: "HealthDomain", Path: "Health/health.bin", Size: 5_000, Seed: 3, OnlyEncrypted: true},
			{Domain: "CameraRollDomain", Path: "Media/Whole", Size: 512 << 10, Seed: 4}, // two blocks, and nothing behind them
		},
	)
}

// backsUp is a device whose agent is the test's, in a tray whose clock stands.
func backsUp(t *testing.T, agent *mobilebackup.Agent, faults ...sim.Fault) (udid, socket string) {
	t.Helper()
	device := named(t, "healthy-iphone")
	device.Backup, device.Faults = agent, faults
	tray, err := sim.New(func() time.Time { return device.RecordedAt }, device)
	if err != nil {
		t.Fatal(err)
	}
	return device.UDID(), serve(t, tray)
}

// holds compares the stored files of a plain backup with those of the device.
func holds(t *testing.T, folder string, files []mobilebackup.File) {
	t.Helper()
	want, got := map[string][32]byte{}, map[string][32]byte{}
	for _, f := range files {
		if f.Kind != mobilebackup.Regular || f.OnlyEncrypted {
			continue
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, f.Open()); err != nil {
			t.Fatal(err)
		}
		want[f.ID()] = [32]byte(sum.Sum(nil))
	}
	names, err := filepath.Glob(filepath.Join(folder, "??", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(name)] = sha256.Sum256(data)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files of the backup (-device +folder)\n%s", diff)
	}
}

// last is the session that ended last.
func last(t *testing.T, agent *mobilebackup.Agent) mobilebackup.Session {
	t.Helper()
	sessions := agent.Sessions()
	if len(sessions) == 0 {
		t.Fatal("no client came")
	}
	return sessions[len(sessions)-1]
}

func TestIdevicebackup2MakesBackups(t *testing.T) {
	agent := mobilebackup.New(manyFiles()...)
	udid, socket := backsUp(t, agent)
	folder := t.TempDir()
	foreign(t, socket, "idevicebackup2", "backup", "--full", folder)
	holds(t, filepath.Join(folder, udid), agent.Files())
	if got := last(t, agent); got.Kind != "full" || !got.Answered || got.Code != 0 || got.Files != 152 {
		t.Errorf("full: %+v", got)
	}

	files := agent.Files()
	files = slices.Delete(files, 3, 5)
	files[20].Size, files[20].Seed = 900, 7
	files = append(files, mobilebackup.File{Domain: "HomeDomain", Path: "New", Size: 10, Seed: 8})
	agent.SetFiles(files)
	foreign(t, socket, "idevicebackup2", "backup", folder)
	holds(t, filepath.Join(folder, udid), files)
	if got := last(t, agent); got.Kind != "incremental" || !got.Answered || got.Code != 0 || got.Files != 2 {
		t.Errorf("incremental: %s, %d files, %d", got.Kind, got.Files, got.Code)
	}
}
