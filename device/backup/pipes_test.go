//go:build unix

package backup

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"golang.org/x/sys/unix"
)

// A pipe in place of a folder or a list must not block verification.
func TestPipes(t *testing.T) {
	plain, flat := write(t, shapes[0]), write(t, shapes[2])
	for _, test := range []struct {
		folder Folder
		path   string
	}{
		{find(t, plain), filepath.Dir(plain.Blob(photoDomain, photoPath))},
		{find(t, flat), filepath.Join(flat.Path, mbdbName)},
	} {
		must(t, os.RemoveAll(test.path))
		must(t, unix.Mkfifo(test.path, 0o600))
		if proof := Deep(t.Context(), test.folder, Options{}); checks.BackupVerdict(proof) != device.Broken {
			t.Errorf("%s: %s, %+v", filepath.Base(test.path), checks.BackupVerdict(proof), proof.Faults)
		}
	}
}

// A socket in place of a file cannot be opened, and no disk failed.
func TestSocket(t *testing.T) {
	written := write(t, shapes[0])
	folder := find(t, written)
	path := written.Blob(digestDomain, digestPath)
	must(t, os.Remove(path))
	must(t, unix.Mknod(path, unix.S_IFSOCK|0o600, 0))
	expect(t, "socket", device.Broken, []string{"blob-altered"}, proofsIn(t, folder)...)
}

// Nor does one in place of a list block what is read of a backup before it is verified.
func TestPipeForAList(t *testing.T) {
	for _, name := range []string{dbName, mbdbName} {
		written := write(t, shapes[0])
		editPlist(propertiesName, func(d map[string]any) { d["BackupKeyBag"] = []byte("VERS") })(t, written)
		folder := find(t, written)
		must(t, os.Remove(filepath.Join(written.Path, dbName)))
		must(t, unix.Mkfifo(filepath.Join(written.Path, name), 0o600))
		if encrypted, err := Read(t.Context(), folder).Encrypted.Get(); err != nil || encrypted {
			t.Errorf("%s: encrypted %v, %v", name, encrypted, err)
		}
		if err := get(Evidence(t.Context(), folder, Options{}).CloudBackup.Enabled); err == nil {
			t.Errorf("%s: evidence from nowhere", name)
		}
	}
}
