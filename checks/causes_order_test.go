package checks

import (
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

func nights(n int) []time.Duration {
	var ages []time.Duration
	for i := range n {
		ages = append(ages, time.Duration(i)*aDay+2*time.Hour)
	}
	return ages
}

// The root cause comes first, and the plan begins with its remedy.
func TestWhichCauseStandsFirst(t *testing.T) {
	shared := func(s *device.Snapshot) { s.Live.SharedIPad = device.Known(true) }
	supervised := func(s *device.Snapshot) { s.Live.Management.Supervised = device.Known(true) }
	for _, test := range []struct {
		name     string
		snapshot device.Snapshot
		first    string
		remedy   remedies.ID
	}{
		{"backupd crashes nine nights in a row", well(lastBackedUp(20*aDay), crashed("backupd", nights(9)...)), "transient-glitch", remedies.Restart},
		{"backupd crashes three nights in a row", well(lastBackedUp(20*aDay), crashed("backupd", nights(3)...)), "transient-glitch", remedies.Restart},
		{"a release that switches backups off, and it is off", well(switchedOff, lastBackedUp(20*aDay), running("16.3", "20D47")), "ios-regression", remedies.TurnBackupOn},
		{"a release that switches backups off, and it is on", well(lastBackedUp(20*aDay), running("16.3", "20D47")), "ios-regression", remedies.ReadExactMessage},
		{"managed and off", well(switchedOff, lastBackedUp(20*aDay), profiled("School"), supervised), "", remedies.AskAdministrator},
		{"a Shared iPad", well(switchedOff, lastBackedUp(20*aDay), shared), "mdm-disallows-backup", remedies.LeaveSharedIPad},
		{"larger than what is free", well(lastBackedUp(20*aDay), recorded(aDay, nextOf(6_600_000_000), freeOf(4_900_000_000), failed(2*aDay, 303))), "backup-too-large", remedies.CheckICloudStorage},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := Diagnose(test.snapshot, Run(test.snapshot, All()))
			if test.first != "" && d.Causes[0].Check.ID != test.first {
				t.Errorf("%s stands first, want %s", d.Causes[0].Check.ID, test.first)
			}
			if d.Plan[0].Remedy.ID != test.remedy {
				t.Errorf("the plan begins with %s, want %s: %v", d.Plan[0].Remedy.ID, test.remedy, idsOf(d.Plan))
			}
		})
	}
}

// Of equally severe causes, the one with the stronger evidence comes first, whatever its place
// in the list.
func TestStrongerEvidenceStandsFirst(t *testing.T) {
	for name, test := range map[string]struct {
		snapshot device.Snapshot
		order    []string
	}{
		"a code that states beside one that points": {well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 303), failed(3*aDay, 308)), freeRoom(1_200_000_000, 1_200_000_000)),
			[]string{"icloud-storage-full", "device-storage-low"}},
		"little room that was read beside a profile's name": {well(lastBackedUp(5*aDay), profiled("Acme VPN"), freeRoom(1_200_000_000, 1_200_000_000)),
			[]string{"device-storage-low", "vpn-proxy-firewall", "backup-stale"}},
		"nine crashes beside an old backup": {well(lastBackedUp(20*aDay), crashed("backupd", nights(9)...)), []string{"transient-glitch"}},
		"a crash beside an old backup":      {well(lastBackedUp(9*aDay), crashed("backupd", aDay)), []string{"transient-glitch", "backup-stale"}},
	} {
		var ids []string
		for _, c := range Diagnose(test.snapshot, Run(test.snapshot, All())).Causes {
			ids = append(ids, c.Check.ID)
		}
		at := -1
		for _, id := range test.order {
			next := slices.Index(ids, id)
			if next <= at {
				t.Errorf("%s: %q, want in this order %q", name, ids, test.order)
				break
			}
			at = next
		}
	}
}

// Whatever explains a cause comes before it, regardless of severity and strength of evidence:
// every pair in All, in every state that makes a cause, alone and among others.
func TestWhatExplainsComesFirst(t *testing.T) {
	finding := func(check *Check, status Status, strength codes.Strength) Finding {
		return Finding{Check: check, Status: status, Strength: strength, Summary: check.Title + "."}
	}
	place := func(list []Cause, check *Check) int {
		return slices.IndexFunc(list, func(c Cause) bool { return c.Check == check })
	}
	pairs := 0
	for _, explains := range All() {
		for _, id := range explains.Explains {
			explained, _ := Find(id)
			pairs++
			for _, a := range []Status{Problem, Warning} {
				for _, b := range []Status{Problem, Warning} {
					for _, strength := range strengths {
						for _, others := range []bool{false, true} {
							unwell := []Finding{finding(explained, b, codes.States), finding(explains, a, strength)}
							if others {
								for _, check := range All() {
									if check != explains && check != explained {
										unwell = append(unwell, finding(check, Warning, codes.MayBe))
									}
								}
							}
							list := causes(unwell)
							first, second := place(list, explains), place(list, explained)
							folded := a == Problem && second < 0
							if !others && first < 0 || first >= 0 && second >= 0 && first > second || a == Warning && second < 0 || a == Problem && !folded {
								t.Errorf("%s (%s, %s) explains %s (%s), others %t: places %d and %d", explains.ID, a, strength, explained.ID, b, others, first, second)
							}
						}
					}
				}
			}
		}
	}
	if pairs < 40 {
		t.Errorf("only %d pairs", pairs)
	}
}

// A message or an answer that explains an old backup comes before it, and so does its remedy.
func TestWhatAPersonToldExplainsAnOldBackup(t *testing.T) {
	for message, first := range map[string]string{
		"The last backup could not be completed because of poor network connection": "wifi-slow-unstable",
		"Estimated time remaining: 9 hours":                                         "wifi-slow-unstable",
		"MBErrorDomain error 300":                                                   "wifi-slow-unstable",
		"Some files were unavailable during the last backup":                        "files-unavailable",
		"There is not enough iCloud storage":                                        "icloud-storage-full",
		"1 files are missing encryption keys":                                       "needs-unlock-for-keys",
	} {
		for _, age := range []time.Duration{9 * aDay, 27 * aDay} {
			s := well(lastBackedUp(age), answer(device.MessageQuestion, message))
			d := Diagnose(s, Run(s, All()))
			if d.Causes[0].Check.ID != first {
				t.Errorf("%q, %v: %s comes first, want %s", message, age, d.Causes[0].Check.ID, first)
			}
		}
	}
}

// If nothing blames the size, the largest parts of the next backup are shown next to iCloud's
// message that there was not enough storage.
func TestWhatFillsTheBackupStandsBesideFullStorage(t *testing.T) {
	s := well(lastBackedUp(9*aDay), recorded(aDay, nextOf(30_000_000_000), failed(2*aDay, 303)))
	f := findingFor(t, s, icloudStorageFull)
	if !slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.Key == "com.example.chat" }) {
		t.Errorf("no app in %v", f.Evidence)
	}
}

// Each cause's list of remedies is already in a safe order.
func TestEveryCauseListsWhatCanBeUndoneFirst(t *testing.T) {
	for _, check := range All() {
		lost := remedies.LosesNothing
		for _, id := range check.Remedies {
			remedy, _ := remedies.Find(id)
			if remedy.Loses < lost && lost == remedies.LosesData {
				t.Errorf("%s: %s comes after something that cannot be undone", check.ID, id)
			}
			lost = max(lost, remedy.Loses)
		}
	}
}
