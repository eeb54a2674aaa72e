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
