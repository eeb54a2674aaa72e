package backup

import (
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// A disk that fails while a property list is read proves no damage.
func TestDiskFails(t *testing.T) {
	for _, s := range shapes {
		for _, name := range []string{statusName, propertiesName, infoName} {
			t.Run(s.name+"/"+name, func(t *testing.T) {
				written := write(t, s)
				folder := find(t, written)
				options := unlocked(t, folder, s)
				failReading(t, filepath.Join(written.Path, name))
				proof := Deep(t.Context(), folder, options)
				if checks.BackupVerdict(proof) != device.CannotTell || !slices.Contains(modes(proof), "read-failed") || proof.NextFails {
					t.Errorf("%s, next fails %v, %+v", checks.BackupVerdict(proof), proof.NextFails, proof.Faults)
				}
			})
		}
	}
}

// failReading makes a property list that cannot be read: the first bytes of a process's memory are
// never there, and reading them ends with EIO.
func failReading(t *testing.T, path string) {
	if err := unix.Mount("/proc/self/mem", path, "", unix.MS_BIND, ""); err != nil {
		t.Skip("no file can be made to fail: ", err)
	}
	t.Cleanup(func() { must(t, unix.Unmount(path, unix.MNT_DETACH)) })
}
