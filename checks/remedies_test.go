package checks

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatMayLoseDataComesAfterAComputerBackup(t *testing.T) {
	for _, id := range []RemedyID{
		chooseAppsToBackUp, deleteOtherDevicesBackups, emptyRecentlyDeleted, freeDeviceStorage,
		updateSoftware, updateWithComputer, leaveBeta,
		resetNetworkSettings, signOutAndIn, removeOwnProfile,
		reinstallApp, deleteOldBackup, freeICloudPhotosDrive,
		replaceDemoSoftware, eraseAndRestore,
	} {
		remedy, ok := FindRemedy(id)
		if !ok {
			t.Errorf("%s is no remedy", id)
			continue
		}
		if !slices.Contains(remedy.Needs, computerBackup) {
			t.Errorf("%s does not need %s", id, computerBackup)
		}
	}
}

func TestRemediesAreListedByTier(t *testing.T) {
	if !slices.IsSortedFunc(Remedies(), func(a, b *Remedy) int { return int(a.Tier - b.Tier) }) {
		t.Error("a remedy stands in the list of another tier")
	}
}

func TestFindRemedyKnowsNoOthers(t *testing.T) {
	if r, ok := FindRemedy("throw-it-away"); ok || r != nil {
		t.Errorf("found %v", r)
	}
}

// A way through Settings that is spelled out in a step would be wrong on other versions.
func TestStepsLeaveTheWayToTheTable(t *testing.T) {
	for _, remedy := range Remedies() {
		for _, step := range remedy.Steps {
			if strings.Contains(step, " > ") && !strings.Contains(step, "{P-FILES} > ") {
				t.Errorf("%s spells out a way: %q", remedy.ID, step)
			}
		}
	}
}

// The oldest devices get no step that leads to a menu of later versions.
func TestNoStepOfAnOldVersionSpeaksOfTheName(t *testing.T) {
	id := identity("iPad2,1", "9.3.5")
	for _, remedy := range Remedies() {
		for _, line := range remedy.Lines(id) {
			if strings.Contains(line, "[name]") {
				t.Errorf("%s on 9.3.5: %q", remedy.ID, line)
			}
		}
	}
}
