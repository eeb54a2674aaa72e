package remedies

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatMayLoseDataComesAfterAComputerBackup(t *testing.T) {
	for _, id := range []ID{
		ChooseAppsToBackUp, DeleteOtherDevicesBackups, EmptyRecentlyDeleted, FreeDeviceStorage,
		UpdateSoftware, UpdateWithComputer, LeaveBeta,
		ResetNetworkSettings, SignOutAndIn, RemoveOwnProfile,
		ReinstallApp, DeleteOldBackup, FreeICloudPhotosDrive,
		ReplaceDemoSoftware, EraseAndRestore,
	} {
		remedy, ok := Find(id)
		if !ok {
			t.Errorf("%s is no remedy", id)
			continue
		}
		if !slices.Contains(remedy.Needs, ComputerBackup) {
			t.Errorf("%s does not need %s", id, ComputerBackup)
		}
	}
}

func TestRemediesAreListedByTier(t *testing.T) {
	if !slices.IsSortedFunc(All(), func(a, b *Remedy) int { return int(a.Tier - b.Tier) }) {
		t.Error("a remedy stands in the list of another tier")
	}
}

func TestFindRemedyKnowsNoOthers(t *testing.T) {
	if r, ok := Find("throw-it-away"); ok || r != nil {
		t.Errorf("found %v", r)
	}
}

// A path in Settings spelled out in a step would be wrong on other versions.
func TestStepsLeaveTheWayToTheTable(t *testing.T) {
	for _, remedy := range All() {
		for _, step := range remedy.Steps {
			if strings.Contains(step, " > ") && !strings.Contains(step, "{P-FILES} > ") {
				t.Errorf("%s spells out a way: %q", remedy.ID, step)
			}
		}
	}
}

// The oldest devices get no step that leads to a later menu.
func TestNoStepOfAnOldVersionSpeaksOfTheName(t *testing.T) {
	id := identity("iPad2,1", "9.3.5")
	for _, remedy := range All() {
		for _, line := range remedy.Lines(id) {
			if strings.Contains(line, "[name]") {
				t.Errorf("%s on 9.3.5: %q", remedy.ID, line)
			}
		}
	}
}
