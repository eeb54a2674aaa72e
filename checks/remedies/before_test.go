package remedies

import (
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// takesAway are words by which a step says that it deletes or erases a person's data.
var takesAway = []string{
	"and delete the backup", "then delete the backup", "Turn Off & Delete", "delete what is not needed", "Delete videos", "Delete the app",
	"delete large", "{P-ERASE}", "demo software replaced", "demo software with", "Remove only a profile", "Remove from the account",
	"{P-SIGNOUT}",
}

func TestWhatDeletesSaysWhatItTakesAway(t *testing.T) {
	for _, r := range All() {
		text := strings.Join(r.Steps, "\n")
		for _, word := range takesAway {
			if strings.Contains(text, word) && r.Loses == LosesNothing {
				t.Errorf("%s says %q, and loses nothing", r.ID, word)
			}
		}
	}
}

var everyKindOfDevice = []device.Identity{
	{},
	identity("iPhone17,3", "26.6.1"), identity("iPhone12,8", "17.3"), identity("iPhone12,8", "17.2.1"),
	identity("iPhone10,1", "16.7.16"), identity("iPhone4,1", "9.3.6"), identity("iPad13,1", "26.6.1"), identity("iPad2,1", "9.3.5"),
}

func TestWhatDeletesCarriesItsPreconditions(t *testing.T) {
	for _, r := range All() {
		for _, id := range everyKindOfDevice {
			lines := r.Lines(id)
			if len(lines) == 0 {
				continue
			}
			carries := slices.Contains(lines, beforeLoss) && slices.Contains(lines, notInCopy)
			if deletes := r.Loses > LosesNothing; carries != deletes {
				t.Errorf("%s on %v: deletes: %v, carries its precondition: %v", r.ID, id.ProductType, deletes, carries)
			}
			if carries && (lines[0] != beforeLoss || !slices.Contains(r.Needs, ComputerBackup)) {
				t.Errorf("%s: its precondition is not what comes first", r.ID)
			}
			if got, want := slices.Contains(lines, keepPhotos), strings.Contains(strings.Join(r.Steps, "\n"), "In Photos, delete"); got != want {
				t.Errorf("%s on %v: deletes photos from iCloud: %v, says to keep the originals: %v", r.ID, id.ProductType, want, got)
			}
		}
	}
}

func TestStolenDeviceProtectionIsSaidWhereItMayBeOn(t *testing.T) {
	guarded := map[ID]string{
		SignOutAndIn: guardHour, ResetAllSettings: guardHour, EraseAndRestore: guardOnce, ReplaceDemoSoftware: guardOnce,
	}
	for _, test := range []struct {
		name string
		id   device.Identity
		may  bool
	}{
		{"nothing read", device.Identity{}, true},
		{"iPhone, 26", identity("iPhone17,3", "26.6.1"), true},
		{"iPhone, 17.3", identity("iPhone12,8", "17.3"), true},
		{"iPhone, 17.2.1", identity("iPhone12,8", "17.2.1"), false},
		{"iPhone, 16", identity("iPhone10,1", "16.7.16"), false},
		{"iPad, 26", identity("iPad13,1", "26.6.1"), false},
		{"iPod touch, 15", identity("iPod9,1", "15.8.8"), false},
	} {
		for _, r := range All() {
			lines := r.Lines(test.id)
			if len(lines) == 0 {
				continue // 9.3.5 and similar versions have no such page
			}
			want := test.may && guarded[r.ID] != ""
			if got := slices.Contains(lines, guardHour) || slices.Contains(lines, guardOnce); got != want {
				t.Errorf("%s on %s: says that Stolen Device Protection may be on: %v, want %v", r.ID, test.name, got, want)
			}
			if want && !slices.Contains(lines, guarded[r.ID]) {
				t.Errorf("%s: another protection is said", r.ID)
			}
		}
	}
}

// A plan is safe whatever is requested, in any order.
func TestEveryPlanIsSafe(t *testing.T) {
	for _, first := range All() {
		for _, second := range All() {
			p := NewPlanner(device.Identity{})
			p.Add(first.ID, "one")
			p.Add(second.ID, "two")
			p.Add(first.ID, "two")
			steps := p.Steps()
			for i, step := range steps {
				for _, later := range steps[i+1:] {
					switch {
					case step.Remedy.Loses == LosesData && later.Remedy.Loses < LosesData:
						t.Errorf("%s, %s: %s comes before %s", first.ID, second.ID, step.Remedy.ID, later.Remedy.ID)
					case slices.Contains(step.Remedy.Needs, later.Remedy.ID), slices.Contains(step.Remedy.After, later.Remedy.ID):
						t.Errorf("%s, %s: %s comes before %s, which has to come first", first.ID, second.ID, step.Remedy.ID, later.Remedy.ID)
					case step.Remedy.Tier == TierErase && later.Remedy.Tier < TierErase:
						t.Errorf("%s, %s: erasing comes before %s", first.ID, second.ID, later.Remedy.ID)
					}
				}
			}
		}
	}
}

// Prerequisites come first, whichever cause needs them.
func TestWhatComesFirst(t *testing.T) {
	for _, order := range [][2]ID{
		{BuyStorage, ChooseAppsToBackUp}, {BuyStorage, DeleteOtherDevicesBackups}, {BuyStorage, EmptyRecentlyDeleted}, {BuyStorage, FreeICloudPhotosDrive},
		{ContactAppleSupport, DeleteOldBackup}, {ContactAppleSupport, EraseAndRestore},
		{BuyStorage, BackUpNow}, {ChooseAppsToBackUp, BackUpNow}, {BuyStorage, BackUpOvernight},
		{JoinWiFi, BackUpOvernight}, {LeaveHotspot, BackUpNow}, {JoinWiFi, TurnBackupOn},
		{AskAdministrator, TurnBackupOn}, {AskAdministrator, RemoveOwnProfile}, {AskAdministrator, BackUpNow},
		{TurnBackupOffAndOn, DeleteOldBackup}, {KeepPhotoOriginals, FreeICloudPhotosDrive},
		{UpdateApp, ComputerBackup}, {UpdateApp, LeaveOutNamedApp}, {LeaveOutNamedApp, ReinstallApp}, {ReinstallApp, DeleteNamedApp},
	} {
		p := NewPlanner(device.Identity{})
		p.Add(order[1], "one")
		p.Add(order[0], "two")
		var ids []ID
		for _, step := range p.Steps() {
			ids = append(ids, step.Remedy.ID)
		}
		if before, after := slices.Index(ids, order[0]), slices.Index(ids, order[1]); before < 0 || after < before {
			t.Errorf("%s has to come before %s in %v", order[0], order[1], ids)
		}
	}
}
