package sim_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device/sim"
	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// manyFiles returns enough files for two batches: system and app files, large, small and empty.
func manyFiles() []mobilebackup.File {
	return slices.Concat(
		mobilebackup.Numbered("HomeDomain", "Library/Small", 140, 700),
		mobilebackup.Numbered("AppDomain-com.example.app", "Documents", 10, 300_000),
		[]mobilebackup.File{
			{Domain: "HomeDomain", Path: "Library", Kind: mobilebackup.Directory},
			{Domain: "HomeDomain", Path: "Library/Link", Kind: mobilebackup.Symlink, Target: "Small"},
			{Domain: "HomeDomain", Path: "Library/Empty", Data: []byte{}},
			{Domain: "HealthDomain", Path: "Health/health.bin", Size: 5_000, Seed: 3, OnlyEncrypted: true},
			{Domain: "CameraRollDomain", Path: "Media/Whole", Size: 512 << 10, Seed: 4}, // exactly two blocks
		},
	)
}

// backsUp serves a device that uses the test's agent, in a tray with a fixed clock.
func backsUp(t testing.TB, agent *mobilebackup.Agent, faults ...sim.Fault) (udid, socket string) {
	t.Helper()
	device := named(t, "healthy-iphone")
	device.Backup, device.Faults = agent, faults
	tray, err := sim.New(func() time.Time { return device.RecordedAt }, device)
	if err != nil {
		t.Fatal(err)
	}
	return device.UDID(), serve(t, tray)
}

// holds compares the stored files of an unencrypted backup with those of the device.
func holds(t *testing.T, folder string, files []mobilebackup.File) {
	t.Helper()
	want, got := map[string]string{}, map[string]string{}
	for _, f := range files {
		if f.Kind != mobilebackup.Regular || f.OnlyEncrypted {
			continue
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, f.Open()); err != nil {
			t.Fatal(err)
		}
		want[f.ID()] = hex.EncodeToString(sum.Sum(nil))
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
		sum := sha256.Sum256(data)
		got[filepath.Base(name)] = hex.EncodeToString(sum[:])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files of the backup (-device +folder)\n%s", diff)
	}
}

// last returns the last session that ended.
func last(t *testing.T, agent *mobilebackup.Agent) mobilebackup.Session {
	t.Helper()
	sessions := agent.Sessions()
	if len(sessions) == 0 {
		t.Fatal("no client came")
	}
	return sessions[len(sessions)-1]
}

// changed returns the files with two removed, one changed and one added.
func changed(files []mobilebackup.File) []mobilebackup.File {
	files = slices.Delete(files, 3, 5)
	files[20].Size, files[20].Seed = 900, 7
	return append(files, mobilebackup.File{Domain: "HomeDomain", Path: fmt.Sprint("New", len(files)), Size: 10, Seed: 8})
}

// cameBack compares the result of the last restore with the files of the device.
func cameBack(t *testing.T, agent *mobilebackup.Agent) {
	t.Helper()
	want := map[string]mobilebackup.Restored{}
	for _, f := range agent.Files() {
		if f.Kind == mobilebackup.Regular && (agent.Password != "" || !f.OnlyEncrypted) {
			want[f.Domain+"-"+f.Path] = mobilebackup.RestoredOf(f)
		}
	}
	if diff := cmp.Diff(want, agent.Restored()); diff != "" {
		t.Errorf("files (-backed up +restored)\n%s", diff)
	}
}

// A backupClient is a third-party client.
type backupClient struct {
	name    string
	command func(t testing.TB) []string // start of its command line; skips the test if it is not installed
	backup  []string
	full    []string
	restore []string
}

var backupClients = []backupClient{
	{
		name:    "idevicebackup2",
		command: func(testing.TB) []string { return []string{"idevicebackup2"} },
		backup:  []string{"backup"},
		full:    []string{"backup", "--full"},
		restore: []string{"restore", "--no-reboot", "--system"},
	},
	{
		name:    "pymobiledevice3",
		command: func(t testing.TB) []string { return []string{python(t), "-m", "pymobiledevice3", "backup2"} },
		backup:  []string{"backup"},
		full:    []string{"backup", "--full"},
		restore: []string{"restore", "--no-reboot"},
	},
}

// python returns an interpreter with pymobiledevice3 and libraries that read backups.
func python(t testing.TB) string {
	t.Helper()
	path := os.Getenv("BACKUPDOCTOR_PYMOBILEDEVICE3_PYTHON")
	if path == "" {
		t.Skip("BACKUPDOCTOR_PYMOBILEDEVICE3_PYTHON does not name a Python interpreter with pymobiledevice3")
	}
	return path
}

// sameForAll says why the race detector need not see every foreign client with and without a
// password: the device answers all of them with the same goroutines.
const sameForAll = "not with -short"

// run runs the client on a folder of backups.
func (c backupClient) run(t testing.TB, socket, folder string, args ...string) {
	t.Helper()
	t.Setenv("HOME", t.TempDir()) // where pymobiledevice3 keeps pair records
	t.Setenv("PYMOBILEDEVICE3_USBMUX", socket)
	args = append(append(c.command(t), args...), folder)
	foreign(t, socket, args[0], args[1:]...)
}

// Two clients make the same backups of the same device, unencrypted and encrypted, and restore
// the original files. pymobiledevice3 takes a second to start, so its unencrypted backups are
// made only in long runs.
func TestForeignClientsMakeBackups(t *testing.T) {
	for name, password := range map[string]string{"plain": "", "encrypted": "secret"} {
		t.Run(name, func(t *testing.T) {
			var first map[string]string
			for _, client := range backupClients {
				t.Run(client.name, func(t *testing.T) {
					if client.name == "pymobiledevice3" && password == "" && os.Getenv("BACKUPDOCTOR_LONG") == "" {
						t.Skip("only with BACKUPDOCTOR_LONG")
					}
					if (client.name == "pymobiledevice3" || password != "") && testing.Short() {
						t.Skip(sameForAll)
					}
					tree := client.roundTrip(t, password)
					if first == nil {
						first = tree
					}
					if diff := cmp.Diff(first, tree); diff != "" {
						t.Errorf("files (-%s +%s)\n%s", backupClients[0].name, client.name, diff)
					}
				})
			}
		})
	}
}

// roundTrip makes a full and an incremental backup and restores the latter. It returns the
// digests of the files in the folder at the end.
func (c backupClient) roundTrip(t *testing.T, password string) map[string]string {
	agent := mobilebackup.New(manyFiles()...)
	agent.Password = password
	udid, socket := backsUp(t, agent)
	folder := t.TempDir()
	sent := 152
	if password != "" {
		sent++ // Health
	}
	c.run(t, socket, folder, c.full...)
	ended(t, agent, "full", sent)
	agent.SetFiles(changed(agent.Files()))
	c.run(t, socket, folder, c.backup...)
	ended(t, agent, "incremental", 2)
	if password == "" {
		holds(t, filepath.Join(folder, udid), agent.Files())
		c.run(t, socket, folder, c.restore...)
	} else {
		c.run(t, socket, folder, append(slices.Clone(c.restore), "--password", password)...)
	}
	cameBack(t, agent)
	return tree(t, filepath.Join(folder, udid))
}

// ended checks the outcome of the last session.
func ended(t *testing.T, agent *mobilebackup.Agent, kind string, files int) {
	t.Helper()
	if got := last(t, agent); got.Kind != kind || !got.Answered || got.Code != 0 || got.Files != files {
		t.Errorf("%s backup with %d files and error %d, want a %s one with %d files", got.Kind, got.Files, got.Code, kind, files)
	}
}

// tree returns the digests of all files of a backup except Info.plist, which is the client's own.
func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	digests := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "Info.plist" {
			return err
		}
		data, err := os.ReadFile(path)
		sum := sha256.Sum256(data)
		name, _ := filepath.Rel(folder, path)
		digests[filepath.ToSlash(name)] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return digests
}

// A client that runs again after its connection failed resumes the backup. pymobiledevice3 resumes
// only an incremental backup, here of one that the program's own client made; a first backup starts
// over.
func TestForeignClientsResumeABackup(t *testing.T) {
	idevicebackup2, pymobiledevice3 := backupClients[0], backupClients[1]
	for name, test := range map[string]struct {
		client backupClient
		fault  sim.Fault
		kind   string
		most   int // files sent again
	}{
		"while files are sent":                          {idevicebackup2, sim.Fault{Kind: sim.Truncated, At: "com.apple.mobilebackup2 file", After: 140}, "resumed", 24},
		"while files are moved":                         {idevicebackup2, sim.Fault{Kind: sim.Reset, At: "com.apple.mobilebackup2 DLMessageMoveItems", After: 1}, "incremental", 0},
		"while files go":                                {idevicebackup2, sim.Fault{Kind: sim.Reset, At: "com.apple.mobilebackup2 DLMessageRemoveItems"}, "incremental", 0},
		"while files are sent, after an earlier backup": {pymobiledevice3, sim.Fault{Kind: sim.Truncated, At: "com.apple.mobilebackup2 file", After: 130}, "resumed", 20},
	} {
		t.Run(test.client.name+" "+name, func(t *testing.T) {
			if test.fault.After != 140 && testing.Short() {
				t.Skip(sameForAll)
			}
			command := test.client.command(t)
			if _, err := exec.LookPath(command[0]); err != nil {
				missing(t, command[0]+" is not installed")
			}
			t.Setenv("HOME", t.TempDir())
			folder := t.TempDir()
			agent := mobilebackup.New(manyFiles()...)
			if test.client.name == pymobiledevice3.name {
				udid, socket := backsUp(t, agent)
				ownBackup(t, socket, udid, folder, true)
				files := agent.Files()
				for i := range files[:140] {
					files[i].Size, files[i].Seed = files[i].Size+1, 9
				}
				agent.SetFiles(files)
			}
			_, socket := backsUp(t, agent, test.fault)
			run := exec.CommandContext(t.Context(), command[0], slices.Concat(command[1:], test.client.backup, []string{folder})...)
			run.Env = append(os.Environ(), "USBMUXD_SOCKET_ADDRESS=UNIX:"+socket, "PYMOBILEDEVICE3_USBMUX="+socket)
			out, err := run.CombinedOutput()
			if err == nil && test.client.name == idevicebackup2.name {
				t.Errorf("the client did not notice that the connection broke\n%s", out)
			}
			if last(t, agent).Answered {
				t.Fatalf("the backup was not interrupted\n%s", out)
			}
			udid, socket := backsUp(t, agent)
			test.client.run(t, socket, folder, test.client.backup...)
			holds(t, filepath.Join(folder, udid), agent.Files())
			if got := last(t, agent); got.Kind != test.kind || got.Code != 0 || got.Files > test.most {
				t.Errorf("%s backup with %d files and error %d, want a %s one with %d files at most", got.Kind, got.Files, got.Code, test.kind, test.most)
			}
		})
	}
}

// Third-party readers find the device's files in a backup made by the program's own client.
func TestForeignReadersReadBackups(t *testing.T) {
	if testing.Short() {
		t.Skip("what a reader makes of a backup does not depend on the race detector")
	}
	interpreter := python(t)
	for reader, passwords := range map[string][]string{"pyiosbackup": {"", "secret"}, "iphone_backup_decrypt": {"secret"}} {
		for _, password := range passwords {
			t.Run(reader+" "+password, func(t *testing.T) {
				agent := mobilebackup.New(manyFiles()...)
				agent.Password = password
				udid, socket := backsUp(t, agent)
				folder := t.TempDir()
				ownBackup(t, socket, udid, folder, true)
				got := strings.Split(strings.TrimSpace(foreign(t, socket, interpreter, "testdata/read_backup.py", reader, filepath.Join(folder, udid), password)), "\n")
				var want []string
				for _, f := range agent.Files() {
					if f.Kind == mobilebackup.Regular && (password != "" || !f.OnlyEncrypted) {
						restored := mobilebackup.RestoredOf(f)
						want = append(want, fmt.Sprintf("%x %d %s-%s", restored.SHA256, restored.Size, f.Domain, f.Path))
					}
				}
				slices.Sort(want)
				slices.Sort(got)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("files (-device +reader)\n%s", diff)
				}
			})
		}
	}
}
