package sim_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device/host"
	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
	"github.com/backupdoctor/backupdoctor/device/usb"
	own "github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// ownBackup makes a backup with the program's own client and adds Info.plist.
func ownBackup(t testing.TB, socket, udid, path string, full bool) {
	t.Helper()
	client := usb.Client{Address: "unix://" + socket}
	found, err := client.Discover(t.Context(), func(usb.Change) {})
	if err != nil || len(found.Devices) != 1 {
		t.Fatal(found, err)
	}
	folder, err := own.OpenFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	folder.Free = func() (uint64, error) { return host.FreeBytes(path) }
	result, err := client.Backup(t.Context(), found.Devices[0], usb.Backup{Folder: folder, Full: full, Tell: func(usb.BackupEvent) {}})
	if err != nil || result.Code != 0 {
		t.Fatalf("%d %q %v", result.Code, result.Words, err)
	}
	if err := folder.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, udid, "Info.plist"), result.Info, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The program's own client and idevicebackup2 make identical backups of the same device, both
// full and after three incremental runs, and third-party clients can restore those of the
// program.
func TestForeignClientsRestoreOurBackups(t *testing.T) {
	for name, test := range map[string]struct {
		password string
		restores int // which of the foreign clients
		long     bool
	}{
		"plain, idevicebackup2":      {"", 0, false},
		"encrypted, idevicebackup2":  {"secret", 0, true},
		"plain, pymobiledevice3":     {"", 1, true},
		"encrypted, pymobiledevice3": {"secret", 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			if test.long && os.Getenv("BACKUPDOCTOR_LONG") == "" {
				t.Skip("only with BACKUPDOCTOR_LONG")
			}
			if test.password != "" && testing.Short() {
				t.Skip(sameForAll)
			}
			restores := backupClients[test.restores]
			restores.command(t) // skips if it is not installed
			restore := func(agent *mobilebackup.Agent, socket, folder string) {
				t.Helper()
				args := slices.Clone(restores.restore)
				if test.password != "" {
					args = append(args, "--password", test.password)
				}
				restores.run(t, socket, folder, args...)
				cameBack(t, agent)
			}
			trees := map[string]map[string]string{}
			for _, who := range []string{"own", "idevicebackup2"} {
				agent := mobilebackup.New(manyFiles()...)
				agent.Password = test.password
				udid, socket := backsUp(t, agent)
				folder := t.TempDir()
				for run := range 4 {
					if who == "own" {
						ownBackup(t, socket, udid, folder, run == 0)
					} else {
						backupClients[0].run(t, socket, folder, "backup")
					}
					if run == 0 && who == "own" {
						restore(agent, socket, folder)
					}
					if run < 3 {
						agent.SetFiles(changed(agent.Files()))
					}
				}
				if who == "own" {
					restore(agent, socket, folder)
				}
				trees[who] = tree(t, filepath.Join(folder, udid))
			}
			if diff := cmp.Diff(trees["idevicebackup2"], trees["own"]); diff != "" {
				t.Errorf("files (-idevicebackup2 +own)\n%s", diff)
			}
		})
	}
}
