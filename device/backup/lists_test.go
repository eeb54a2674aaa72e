package backup

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
	"github.com/google/go-cmp/cmp"
)

// A verification takes the property lists that were read before it, unless one has changed.
func TestLists(t *testing.T) {
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{})
	must(t, err)
	folder := Folder{Path: written.Path, UDID: backuptest.UDID}
	_, lists := ReadLists(t.Context(), folder)
	want := Quick(t.Context(), folder, Options{})
	if diff := cmp.Diff(want, Quick(t.Context(), folder, Options{Lists: lists})); diff != "" {
		t.Errorf("with the lists read before, a proof differs:\n%s", diff)
	}

	path := filepath.Join(written.Path, statusName)
	info, err := os.Stat(path)
	must(t, err)
	must(t, os.WriteFile(path, slices.Repeat([]byte{' '}, int(info.Size())), 0o600))
	must(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
	if got := Quick(t.Context(), folder, Options{Lists: lists}).Statement(device.StatementState); got.Shown != device.ShownTrue {
		t.Errorf("a list of the same length and date was read again: the state is shown %s", got.Shown)
	}
	must(t, os.Chtimes(path, info.ModTime(), info.ModTime().Add(time.Second)))
	if got := Quick(t.Context(), folder, Options{Lists: lists}).Statement(device.StatementState); got.Shown != device.ShownFalse {
		t.Errorf("a changed list was not read again: the state is shown %s", got.Shown)
	}
	must(t, os.Remove(path))
	if got := Quick(t.Context(), folder, Options{Lists: lists}).Statement(device.StatementState); !slices.Contains(got.Faults, statusMissing.ID) {
		t.Errorf("a missing list was not noticed: %+v", got)
	}
}
