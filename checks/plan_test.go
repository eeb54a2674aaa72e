package checks

import (
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

func TestPlanOfADeviceThatIsSwitchedOff(t *testing.T) {
	s := well(switchedOff, lastBackedUp(23*aDay))
	plan := Diagnose(s, Run(s, All())).Plan
	if got, want := remedyIDs(plan), []remedies.ID{remedies.TurnBackupOn}; !slices.Equal(got, want) {
		t.Errorf("plan %v, want %v: the remedies of the cause, and none of its symptoms", got, want)
	}
	for _, step := range plan {
		if !slices.Equal(step.For, []string{"backup-turned-off"}) {
			t.Errorf("%s is for %v", step.Remedy.ID, step.For)
		}
	}
}

func TestPlanNamesARemedyOnceForAllItsCauses(t *testing.T) {
	plan := planFor(Problem, []remedies.ID{remedies.Restart, remedies.UpdateSoftware}, []remedies.ID{remedies.UpdateSoftware, remedies.Restart})
	i := slices.IndexFunc(plan, func(s remedies.Step) bool { return s.Remedy.ID == remedies.Restart })
	if i < 0 || !slices.Equal(plan[i].For, []string{"cause-1", "cause-2"}) {
		t.Errorf("restart is for %+v, want both causes", plan)
	}
	ids := remedyIDs(plan)
	slices.Sort(ids)
	if len(slices.Compact(ids)) != len(plan) {
		t.Errorf("a remedy stands twice in %v", remedyIDs(plan))
	}
}

func TestPlanPutsCheapAndSafeFirst(t *testing.T) {
	plan := planFor(Problem, []remedies.ID{remedies.EraseAndRestore, remedies.DeleteOldBackup, remedies.Restart, remedies.CheckLastBackupDate})
	ids := remedyIDs(plan)
	for _, order := range [][2]remedies.ID{
		{remedies.Restart, remedies.CheckLastBackupDate}, // as the cause orders them
		{remedies.ComputerBackup, remedies.DeleteOldBackup},
		{remedies.ContactAppleSupport, remedies.DeleteOldBackup},
		{remedies.DeleteOldBackup, remedies.EraseAndRestore},
	} {
		before, after := slices.Index(ids, order[0]), slices.Index(ids, order[1])
		if before < 0 || after < 0 || before > after {
			t.Errorf("%s has to come before %s in %v", order[0], order[1], ids)
		}
	}
}

func TestAWarningProposesNothingThatLosesData(t *testing.T) {
	var everything []remedies.ID
	for _, remedy := range remedies.All() {
		everything = append(everything, remedy.ID)
	}
	plan := planFor(Warning, everything)
	for _, step := range plan {
		if tier := step.Remedy.Tier; tier == remedies.TierDisruptive || tier == remedies.TierDeleting || tier == remedies.TierErase {
			t.Errorf("a warning proposes %s", step.Remedy.ID)
		}
	}
	if len(plan) == 0 {
		t.Error("a warning proposes nothing at all")
	}
}

func TestPlanLeavesOutWhatTheDeviceDoesNotHave(t *testing.T) {
	old := well(running("9.3.6", "13G37"))
	check := &Check{ID: "no-wifi"}
	causes := []Cause{{Finding: Finding{Check: check, Status: Problem, Remedies: []remedies.ID{remedies.UseCellularBackup, "no-such-remedy", remedies.JoinWiFi}}}}
	if got := remedyIDs(plan(causes, old)); !slices.Equal(got, []remedies.ID{remedies.JoinWiFi}) {
		t.Errorf("plan %v, want only %s: iOS 9 has no backup over cellular", got, remedies.JoinWiFi)
	}
}

func TestEveryPlanIsOrdered(t *testing.T) {
	for _, snapshot := range []device.Snapshot{
		well(switchedOff, free(1), running("16.3", "20D47")),
		well(lastBackedUp(200*aDay), profiled("VPN")),
		well(withoutDate(device.Absent), crashed("backupd", time.Hour)),
		distrusting(device.TrustForbidden),
	} {
		seen := map[remedies.ID]bool{}
		for _, step := range Diagnose(snapshot, Run(snapshot, All())).Plan {
			for _, need := range step.Remedy.Needs {
				if !seen[need] {
					t.Errorf("%s comes before %s, which it needs", step.Remedy.ID, need)
				}
			}
			if seen[step.Remedy.ID] || len(step.Lines) == 0 || len(step.For) == 0 {
				t.Errorf("%s stands twice, or has no steps, or is for nothing", step.Remedy.ID)
			}
			seen[step.Remedy.ID] = true
		}
	}
}

// planFor returns the plan for causes with some remedies, one cause for each list.
func planFor(status Status, lists ...[]remedies.ID) []remedies.Step {
	var causes []Cause
	for i, list := range lists {
		check := &Check{ID: []string{"cause-1", "cause-2"}[i]}
		causes = append(causes, Cause{Finding: Finding{Check: check, Status: status, Remedies: list}})
	}
	return plan(causes, well())
}

func remedyIDs(plan []remedies.Step) []remedies.ID {
	var ids []remedies.ID
	for _, step := range plan {
		ids = append(ids, step.Remedy.ID)
	}
	return ids
}

// Questions already answered are not asked again, and an old date that an answer explains adds
// no remedies.
func TestPlanLeavesOutWhatWasAnswered(t *testing.T) {
	has := func(id remedies.ID, changes ...func(*device.Snapshot)) bool {
		s := well(append([]func(*device.Snapshot){since23Days}, changes...)...)
		return slices.Contains(remedyIDs(Diagnose(s, Run(s, All())).Plan), id)
	}
	free, next := answer(device.FreeICloudQuestion, "40 GB"), answer(device.NextSizeQuestion, "5 GB")
	vague := answer(device.MessageQuestion, "The last backup could not be completed")
	unknown := answer(device.MessageQuestion, "xyzzy")
	network := answer(device.MessageQuestion, "because of poor network connection")
	for _, test := range []struct {
		name    string
		remedy  remedies.ID
		changes []func(*device.Snapshot)
		want    bool
	}{
		{"nothing told", remedies.ReadExactMessage, nil, true},
		{"a known message", remedies.ReadExactMessage, []func(*device.Snapshot){vague}, false},
		{"an unknown message", remedies.ReadExactMessage, []func(*device.Snapshot){unknown}, true},
		{"one size", remedies.CheckICloudStorage, []func(*device.Snapshot){free}, true},
		{"both sizes", remedies.CheckICloudStorage, []func(*device.Snapshot){free, next}, false},
		{"the status page was opened", remedies.CheckSystemStatus, []func(*device.Snapshot){answer("icloud-outage", "no")}, false},
		{"the network is to blame", remedies.ForceRestart, []func(*device.Snapshot){network}, false},
		{"the network is to blame", remedies.LeaveHotspot, []func(*device.Snapshot){network}, true},
	} {
		if got := has(test.remedy, test.changes...); got != test.want {
			t.Errorf("%s: the plan has %s: %v, want %v", test.name, test.remedy, got, test.want)
		}
	}
}
