package backup

import (
	"os"
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/testdata/backuptest"
)

// Details count one thing in the singular.
func TestDetailsInTheSingular(t *testing.T) {
	written, err := backuptest.Write(t.TempDir(), backuptest.Backup{Files: slices.Values([]backuptest.File{{Domain: "HomeDomain", Path: "a", Data: []byte("x")}})})
	must(t, err)
	must(t, os.Truncate(written.Blob("HomeDomain", "a"), 0))
	proof := Quick(t.Context(), find(t, written), Options{})
	if len(proof.Faults) == 0 || len(proof.Faults[0].Examples) != 1 || proof.Faults[0].Examples[0].Detail != "recorded with 1 byte" {
		t.Errorf("%+v", proof.Faults)
	}
	for n, want := range map[int]string{0: "0 days", 1: "1 day", 2: "2 days"} {
		if got := counted(n, "day", "days"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
