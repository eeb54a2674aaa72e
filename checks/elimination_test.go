package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// answeredWell answers every question as healthy, except those given.
func answeredWell(except ...string) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		for _, c := range All() {
			if c.Answers.unwell() == "" || slices.Contains(except, c.ID) {
				continue
			}
			text := "no"
			if c.Answers.Yes == "" {
				text = "yes"
			}
			answer(c.ID, text)(s)
		}
	}
}

const (
	photos  = "icloud-space-used-by-photos-drive"
	corrupt = "corrupt-previous-backup"
	fault   = "persistent-software-fault"
	support = "escalate-apple-support"
)

// What remains is proposed once everything else is ruled out, and not before.
func TestWhatRemainsIsProposed(t *testing.T) {
	general := recorded(0, failed(aDay, 1), failed(2*aDay, 1))
	for name, test := range map[string]struct {
		snapshot device.Snapshot
		remains  string
		has      []remedies.ID
		lacks    []remedies.ID
	}{
		"everything else": {well(lastBackedUp(20*aDay), answeredWell(corrupt, support, fault)), corrupt,
			[]remedies.ID{remedies.TurnBackupOffAndOn, remedies.ComputerBackup, remedies.ContactAppleSupport, remedies.DeleteOldBackup}, []remedies.ID{remedies.EraseAndRestore, remedies.Restart}},
		"everything else, and attempts fail": {well(lastBackedUp(20*aDay), general, answeredWell(corrupt, support, fault)), corrupt,
			[]remedies.ID{remedies.DeleteOldBackup}, []remedies.ID{remedies.Restart}},
		"everything else, by a person who saw it fail": {well(lastBackedUp(20*aDay), answeredWell(corrupt, support, fault), answer(device.BackUpNowQuestion, "no")), corrupt,
			[]remedies.ID{remedies.DeleteOldBackup}, nil},
		"the backup in iCloud too": {well(lastBackedUp(20*aDay), answeredWell(support, fault)), fault,
			[]remedies.ID{remedies.ComputerBackup, remedies.ContactAppleSupport, remedies.EraseAndRestore}, []remedies.ID{remedies.DeleteOldBackup, remedies.Restart}},
		"one is open":            {well(lastBackedUp(20*aDay), answeredWell(corrupt, support, fault, "icloud-outage")), "", nil, []remedies.ID{remedies.DeleteOldBackup, remedies.EraseAndRestore}},
		"one is found":           {well(lastBackedUp(20*aDay), answeredWell(corrupt, support, fault), answer("terms-not-accepted", "yes")), "", nil, []remedies.ID{remedies.DeleteOldBackup, remedies.EraseAndRestore}},
		"one could not be read":  {well(lastBackedUp(20*aDay), withoutCrashes, answeredWell(corrupt, support, fault, "transient-glitch", "system-hung")), "", nil, []remedies.ID{remedies.DeleteOldBackup}},
		"a backup has completed": {well(answeredWell(corrupt, support, fault)), "", nil, []remedies.ID{remedies.DeleteOldBackup}},
		"Back Up Now completes":  {well(lastBackedUp(20*aDay), answeredWell(corrupt, support, fault), answer(device.BackUpNowQuestion, "yes")), "", nil, []remedies.ID{remedies.DeleteOldBackup, remedies.EraseAndRestore}},
		"full storage, and neither plan nor size": {well(lastBackedUp(20*aDay), answer("icloud-storage-full", "yes"), answer("storage-plan-lapsed", "no"), answer("backup-too-large", "no")), photos,
			[]remedies.ID{remedies.KeepPhotoOriginals, remedies.ComputerBackup, remedies.FreeICloudPhotosDrive}, nil},
		"full storage, and the plan is open": {well(lastBackedUp(20*aDay), answer("icloud-storage-full", "yes"), answer("backup-too-large", "no")), "", nil, nil},
		"room enough":                        {well(lastBackedUp(20*aDay), answer("icloud-storage-full", "no"), answer("storage-plan-lapsed", "no"), answer("backup-too-large", "no")), "", nil, []remedies.ID{remedies.FreeICloudPhotosDrive}},
	} {
		d := Diagnose(test.snapshot, Run(test.snapshot, All()))
		remains := ""
		for _, c := range d.Causes {
			if c.Remains {
				remains = c.Check.ID
				if c.Status != Warning || c.strength() != "may be" {
					t.Errorf("%s: what remains is a %s that the evidence %s", name, c.Status, c.strength())
				}
			}
		}
		ids := remedyIDs(d.Plan)
		if remains != test.remains {
			t.Errorf("%s: %q remains, want %q: %s", name, remains, test.remains, d.Headline)
		}
		for _, id := range test.has {
			if !slices.Contains(ids, id) {
				t.Errorf("%s: the plan lacks %s: %v", name, id, ids)
			}
		}
		for _, id := range test.lacks {
			if slices.Contains(ids, id) {
				t.Errorf("%s: the plan has %s: %v", name, id, ids)
			}
		}
		if last := slices.Index(ids, remedies.EraseAndRestore); last >= 0 && (last != len(ids)-1 || slices.Index(ids, remedies.ContactAppleSupport) > last) {
			t.Errorf("%s: erasing is not the last: %v", name, ids)
		}
	}
}

// An answer can lead to erasing as the last resort.
func TestErasingIsReachedByAnAnswer(t *testing.T) {
	s := well(lastBackedUp(20*aDay), answer(fault, "yes"))
	ids := remedyIDs(Diagnose(s, Run(s, All())).Plan)
	if !slices.Contains(ids, remedies.EraseAndRestore) || slices.Index(ids, remedies.ContactAppleSupport) > slices.Index(ids, remedies.EraseAndRestore) {
		t.Errorf("plan %v", ids)
	}
}

// Answers remove remedies from the plan: each once all its answers are given, and not before.
func TestAnAnswerLeavesThePlan(t *testing.T) {
	old := well(lastBackedUp(20 * aDay))
	before := remedyIDs(Diagnose(old, Run(old, All())).Plan)
	for id, by := range triedBy {
		if !slices.Contains(before, id) {
			continue
		}
		s := well(lastBackedUp(20 * aDay))
		for i, check := range by {
			c, _ := Find(check)
			answer(check, map[bool]string{true: "yes", false: "no"}[c.Answers.Yes == ""])(&s)
			ids := remedyIDs(Diagnose(s, Run(s, All())).Plan)
			if has, last := slices.Contains(ids, id), i == len(by)-1; has == last {
				t.Errorf("%s is in the plan: %t, after %v of %v", id, has, by[:i+1], by)
			}
		}
	}
	read := well(lastBackedUp(20*aDay), answer(device.MessageQuestion, "The last backup could not be completed."))
	if ids := remedyIDs(Diagnose(read, Run(read, All())).Plan); slices.Contains(ids, remedies.ReadExactMessage) {
		t.Errorf("the message was read, and is to be read: %v", ids)
	}
	unknown := well(lastBackedUp(20*aDay), answer(device.MessageQuestion, "blorp"))
	if ids := remedyIDs(Diagnose(unknown, Run(unknown, All())).Plan); !slices.Contains(ids, remedies.ReadExactMessage) {
		t.Errorf("the message is not known, and not to be read again: %v", ids)
	}
	restarted := well(lastBackedUp(20*aDay), recorded(aDay, inArchive, failed(2*aDay, 1), failed(6*aDay, 1), shutDown(4*aDay)))
	if ids := remedyIDs(Diagnose(restarted, Run(restarted, All())).Plan); slices.Contains(ids, remedies.Restart) {
		t.Errorf("the restart that did not help is in the plan: %v", ids)
	}
}

func TestTriedByNamesChecksThatAreAsked(t *testing.T) {
	for id, by := range triedBy {
		for _, check := range by {
			if c, ok := Find(check); !ok || c.Answers.unwell() == "" {
				t.Errorf("%s: %s is not asked", id, check)
			}
		}
	}
}

// If a person and a reading contradict each other, both are reported, whichever is kept.
func TestAContradictionIsTold(t *testing.T) {
	full := recorded(0, failed(aDay, 303))
	for name, test := range map[string]struct {
		snapshot device.Snapshot
		check    *Check
		headline string
	}{
		"read well, answered unwell":    {well(lastBackedUp(20*aDay), recorded(0, func(h *device.History) { h.Account.SignedIn = device.Known(true) }), answer("signed-out", "no")), signedOut, ""},
		"read unwell, answered well":    {well(lastBackedUp(20*aDay), full, answer("icloud-storage-full", "no")), icloudStorageFull, ""},
		"a fresh backup, and an answer": {well(answer("icloud-storage-full", "yes")), icloudStorageFull, " An answer contradicts what was read: iCloud storage full."},
	} {
		d := Diagnose(test.snapshot, Run(test.snapshot, All()))
		f := findingFor(t, test.snapshot, test.check)
		if !f.Contradicted {
			t.Errorf("%s: %s, %s: %v", name, f.Status, f.Summary, f.Evidence)
			continue
		}
		if !strings.Contains(d.Headline, "An answer contradicts what was read") {
			t.Errorf("%s: %s, and the headline is %q", name, f.Status, d.Headline)
		}
		if !strings.Contains(d.Headline, test.headline) {
			t.Errorf("%s: the headline is %q", name, d.Headline)
		}
	}
}
