package checks

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// Each statement in each state, in a proof that shows all others.
func TestBackupVerdict(t *testing.T) {
	if got := BackupVerdict(device.Proof{}); got != device.CannotTell {
		t.Errorf("a proof of nothing: %s", got)
	}
	if got := BackupVerdict(device.Proof{Depth: device.DeepLook, Statements: concluding(device.Whole)}); got != device.Whole {
		t.Errorf("all shown: %s", got)
	}
	mayBeSkipped := []device.StatementID{device.StatementPadding, device.StatementDigests, device.StatementDatabases}
	for i, id := range device.StatementIDs {
		for shown, want := range map[device.Shown]device.ProofVerdict{
			device.ShownFalse: device.Broken, device.ShownNeither: device.CannotTell, "": device.CannotTell, "perhaps": device.CannotTell,
		} {
			all := concluding(device.Whole)
			all[i].Shown = shown
			if got := BackupVerdict(device.Proof{Depth: device.QuickLook, Statements: all}); got != want {
				t.Errorf("%s shown %q: %s, want %s", id, shown, got, want)
			}
		}
		all := concluding(device.Whole)
		all[i].Shown = device.NotLookedAt
		want := device.CannotTell
		if slices.Contains(mayBeSkipped, id) {
			want = device.Whole
		}
		if got := BackupVerdict(device.Proof{Depth: device.QuickLook, Statements: all}); got != want {
			t.Errorf("%s not looked at: %s, want %s", id, got, want)
		}
		if got := BackupVerdict(device.Proof{Depth: device.QuickLook, Statements: slices.Delete(all, i, i+1)}); got != device.CannotTell {
			t.Errorf("%s left out: %s", id, got)
		}
	}
	all := concluding(device.Whole)
	for i := range all {
		if all[i].ID == device.StatementDigests {
			all[i].Shown = device.NotLookedAt
		}
	}
	if got := BackupVerdict(device.Proof{Depth: device.DeepLook, Statements: all}); got != device.CannotTell {
		t.Errorf("a deep look without digests: %s", got)
	}
}
