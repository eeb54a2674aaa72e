package usb

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/sim"
	simulated "github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// backedUp backs up the only device of a tray into a folder.
func backedUp(t *testing.T, client Client, path string, b Backup) (BackupResult, error) {
	t.Helper()
	found, err := client.Find(t.Context())
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	folder, err := mobilebackup.OpenFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	folder.Free = func() (uint64, error) { return host.FreeBytes(path) }
	b.Folder = folder
	if b.Tell == nil {
		b.Tell = func(BackupEvent) {}
	}
	result, err := client.Backup(t.Context(), found[0], b)
	if errClose := folder.Close(); errClose != nil {
		t.Error(errClose)
	}
	return result, err
}

// withFiles returns a patient with these files to back up.
func withFiles(t *testing.T, agent *simulated.Agent, faults ...sim.Fault) *sim.Device {
	d := patient(t, "healthy-iphone", faults...)
	d.Backup = agent
	return d
}

// someFiles returns enough files for more than one batch.
func someFiles() []simulated.File {
	return append(simulated.Numbered("CameraRollDomain", "Media/DCIM", 150, 2000),
		simulated.File{Domain: "HomeDomain", Path: "Library/Preferences/a.plist", Data: []byte("a")},
		simulated.File{Domain: "HomeDomain", Path: "Library/large", Size: 3 << 20, Seed: 7},
	)
}

// fastFolder returns a test folder, in memory if the system supports that: many syncs are slow on
// a busy disk.
func fastFolder(t testing.TB) string {
	t.Helper()
	path, err := os.MkdirTemp("/dev/shm", "backup")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(path) })
	return path
}

// A device makes a full backup, then an incremental one. Both are complete, and only permitted
// requests are sent.
func TestBackup(t *testing.T) {
	agent := simulated.New(someFiles()...)
	tray := newTray(t, withFiles(t, agent))
	client, path := serve(t, tray), fastFolder(t)
	var prompts []bool
	var phases []mobilebackup.Phase
	tell := func(e BackupEvent) {
		if e.Prompt != nil {
			prompts = append(prompts, *e.Prompt)
		}
		if e.Progress != nil && !slices.Contains(phases, e.Progress.Phase) {
			phases = append(phases, e.Progress.Phase)
		}
	}
	var steps []mobilebackup.Step
	result, err := backedUp(t, client, path, Backup{Tell: tell, Trace: func(s mobilebackup.Step) { steps = append(steps, s) }})
	if err != nil || result.Code != 0 || result.Files < 152 {
		t.Fatalf("%+v, %v", result.Outcome, err)
	}
	want := []mobilebackup.Phase{mobilebackup.Asking, mobilebackup.Looking, mobilebackup.Sending, mobilebackup.Moving, mobilebackup.Checking}
	if !slices.Equal(phases, want) {
		t.Errorf("the phases were %v", phases)
	}
	udid := agentUDID(t, path)
	whole(t, path, udid, result.Info)

	files := agent.Files()
	files[3].Seed, files[3].Modified = 99, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	agent.SetFiles(files[1:])
	again, err := backedUp(t, client, path, Backup{})
	if err != nil || again.Code != 0 || again.Files >= 20 {
		t.Errorf("the second backup: %+v, %v", again.Outcome, err)
	}
	whole(t, path, udid, again.Info)

	allowed := slices.Concat(Permitted, PermittedBackup, PermittedWatching)
	for _, request := range tray.Requests() {
		name := request.Service + " " + request.Name
		if request.Service == "mobilebackup2" {
			continue // the steps below are those that were sent
		}
		if !slices.Contains(allowed, name) {
			t.Errorf("%q was asked, which is not permitted", name)
		}
	}
	for _, s := range steps {
		name := s.Name
		if s.Detail != "" {
			name += " " + s.Detail
		}
		if s.Sent && !slices.Contains(mobilebackup.Permitted, name) {
			t.Errorf("%q was sent, which is not permitted", name)
		}
	}
	if len(steps) < 100 {
		t.Errorf("only %d steps were told", len(steps))
	}
}

// agentUDID returns the name of the only folder that a backup created.
func agentUDID(t *testing.T, path string) string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	return entries[0].Name()
}

// whole fails unless every finding of a deep check is confirmed or was not asked for.
func whole(t *testing.T, path, udid string, info []byte) {
	t.Helper()
	folder := filepath.Join(path, udid)
	if err := os.WriteFile(filepath.Join(folder, "Info.plist"), info, 0o600); err != nil {
		t.Fatal(err)
	}
	proof := backup.Deep(t.Context(), backup.Folder{Path: folder, UDID: udid}, backup.Options{})
	for _, s := range proof.Statements {
		if s.Shown != device.ShownTrue && s.Shown != device.NotLookedAt {
			t.Errorf("%+v", s)
		}
	}
}

// A probe learns the size and changes nothing.
func TestBackupProbe(t *testing.T) {
	agent := simulated.New(someFiles()...)
	client, path := serve(t, newTray(t, withFiles(t, agent))), fastFolder(t)
	result, err := backedUp(t, client, path, Backup{Probe: true})
	if err != nil || result.Code != 105 || result.Required < 3<<20 {
		t.Errorf("%+v, %v", result.Outcome, err)
	}
	if entries, _ := os.ReadDir(path); len(entries) > 0 {
		t.Errorf("%v was left", entries)
	}
}

func TestBackupEndings(t *testing.T) {
	const service = "com.apple.mobilebackup2"
	for name, test := range map[string]struct {
		agent  func(*simulated.Agent)
		faults []sim.Fault
		code   int
		err    error
	}{
		"passcode not entered": {agent: func(a *simulated.Agent) { a.Prompt = simulated.Cancelled }, code: 208},
		"forbidden":            {agent: func(a *simulated.Agent) { a.Refusal = &simulated.Failure{Code: 22, Text: "no"} }, code: 22},
		"password required":    {agent: func(a *simulated.Agent) { a.Required = true }, code: 207},
		"reset":                {faults: []sim.Fault{{Kind: sim.Reset, At: service, After: 20}}, err: device.Detached},
		"garbage":              {faults: []sim.Fault{{Kind: sim.Garbage, At: service, After: 20}}, err: device.Malformed},
		"hostile path":         {faults: []sim.Fault{{Kind: sim.HostilePath, At: service + " file", Error: "../../etc/passwd"}}, err: mobilebackup.ErrPath},
		"cancelled":            {faults: []sim.Fault{{Kind: sim.TapsCancel, At: service + " DLMessageUploadFiles"}}, err: ErrCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			agent := simulated.New(someFiles()...)
			if test.agent != nil {
				test.agent(agent)
			}
			client := serve(t, newTray(t, withFiles(t, agent, test.faults...)))
			result, err := backedUp(t, client, fastFolder(t), Backup{Silence: 20 * time.Second})
			if result.Code != test.code || !errors.Is(err, test.err) {
				t.Errorf("%+v, %v", result.Outcome, err)
			}
		})
	}
}
