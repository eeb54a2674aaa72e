//go:build unix

package backup

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// An inaccessible part is not a damaged one: makes each part of the folder in turn inaccessible
// to this user. Run as root, the test runs again as nobody, to whom permissions apply.
func TestPermissions(t *testing.T) {
	if os.Getuid() == 0 {
		runAsNobody(t)
		return
	}
	for name, test := range map[string]struct {
		part   func(backuptest.Folder) string
		locked [2]device.ProofVerdict
		plain  [2]device.ProofVerdict
	}{
		"Info.plist":     {top(infoName), always(neither), always(neither)},
		"Status.plist":   {top(statusName), always(neither), always(neither)},
		"Manifest.plist": {top(propertiesName), always(neither), always(neither)},
		"the list":       {listFile, always(neither), always(neither)},
		"the folder":     {func(f backuptest.Folder) string { return f.Path }, always(neither), always(neither)},
		// Quick verification of a plain file needs only its length.
		"with a digest":    {withDigest, always(neither), [2]device.ProofVerdict{whole, neither}},
		"without a digest": {withoutDigest, always(neither), [2]device.ProofVerdict{whole, neither}},
	} {
		for _, s := range shapes {
			written := write(t, s)
			folder := Folder{Path: written.Path, UDID: backuptest.UDID}
			options := unlocked(t, folder, s) // the password is remembered from an earlier run
			path := test.part(written)
			must(t, os.Chmod(path, 0))
			want := test.plain
			if s.password != "" {
				want = test.locked
			}
			for i, proof := range []device.Proof{Quick(t.Context(), folder, options), Deep(t.Context(), folder, options)} {
				if got := checks.BackupVerdict(proof); got != want[i] || proof.NextFails {
					t.Errorf("%s, %s, %s: %s, next fails %v, want %s; %+v", s.name, name, proof.Depth, got, proof.NextFails, want[i], proof.Faults)
				}
				if found := modes(proof); want[i] == neither && !slices.Equal(found, []string{"no-permission"}) {
					t.Errorf("%s, %s, %s: %v", s.name, name, proof.Depth, found)
				}
			}
			must(t, os.Chmod(path, 0o700))
		}
	}
}

// Without room for a copy of the list and its log, nothing is known of either.
func TestManifestLogWithoutATemporaryFolder(t *testing.T) {
	written := write(t, shapes[0])
	rowsIntoLog(t, filepath.Join(written.Path, dbName))
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	for _, proof := range proofsOf(t, written, shapes[0]) {
		expect(t, "no folder", device.CannotTell, []string{"computer-limit"}, proof)
		if detail := faultOf(proof, computerLimit).Detail; proof.NextFails || !strings.HasPrefix(detail, "no temporary copy could be made: ") {
			t.Errorf("next fails %v, %q", proof.NextFails, detail)
		}
	}
}

// A database that may not be read may be damaged.
func TestPermissionOfADatabase(t *testing.T) {
	if os.Getuid() == 0 {
		runAsNobody(t)
		return
	}
	photos := file{cameraDomain, "Media/PhotoData/Photos.sqlite"}
	files := append(slices.Clone(healthy), backuptest.File{Domain: photos.domain, Path: photos.path, Data: sqliteFile(1)})
	for _, s := range shapes {
		written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Layout: s.layout, Password: s.password, Files: slices.Values(files)})
		must(t, err)
		folder := Folder{Path: written.Path, UDID: backuptest.UDID}
		options := unlocked(t, folder, s)
		must(t, os.Chmod(written.Blob(photos.domain, photos.path), 0))
		proof := Deep(t.Context(), folder, options)
		expect(t, s.name, device.CannotTell, []string{"no-permission"}, proof)
		if databases := proof.Statement(device.StatementDatabases); databases.Shown != device.ShownNeither {
			t.Errorf("%s: %+v", s.name, databases)
		}
	}
}

// A log that may not be read may hold changes.
func TestPermissionOfALog(t *testing.T) {
	if os.Getuid() == 0 {
		runAsNobody(t)
		return
	}
	written := write(t, shapes[0])
	path := filepath.Join(written.Path, dbName)
	rowsIntoLog(t, path)
	closed := filepath.Join(t.TempDir(), "closed")
	must(t, os.Mkdir(closed, 0))
	t.Run("temporary folder", func(t *testing.T) {
		t.Setenv("TMPDIR", closed)
		expect(t, "a folder of this computer", device.CannotTell, []string{"computer-limit"}, proofsOf(t, written, shapes[0])...)
	})
	must(t, os.Chmod(path+"-wal", 0))
	expect(t, "the log", device.CannotTell, []string{"no-permission"}, proofsOf(t, written, shapes[0])...)
}

// A journal that may not be read may be spent.
func TestPermissionOfAJournal(t *testing.T) {
	if os.Getuid() == 0 {
		runAsNobody(t)
		return
	}
	written := write(t, shapes[0])
	must(t, os.WriteFile(filepath.Join(written.Path, dbName+"-journal"), make([]byte, 512), 0))
	expect(t, "the journal", device.CannotTell, []string{"no-permission"}, proofsOf(t, written, shapes[0])...)
}

// runAsNobody runs the calling test in its own process.
func runAsNobody(t *testing.T) {
	const nobody = 65534
	dir, err := os.MkdirTemp("", "backupdoctor-nobody-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chown(dir, nobody, nobody))
	program, err := os.Executable()
	must(t, err)
	data, err := os.ReadFile(program)
	must(t, err)
	path := filepath.Join(dir, "test")
	must(t, os.WriteFile(path, data, 0o755))
	command := exec.Command(path, "-test.run=^"+t.Name()+"$", "-test.v")
	command.Dir = dir
	command.Env = append(os.Environ(), "TMPDIR="+dir)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("as nobody: %v\n%s", err, out)
	}
}
