package checks

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A judgement is one row of a check's table: a snapshot, and the expected finding.
type judgement struct {
	name     string
	snapshot device.Snapshot
	status   Status
	summary  string        // of the first finding, in full
	reason   device.Reason // of an unknown one
}

// judgements has the table of every check with a judgement; each is entered next to its check.
var judgements = map[*Check][]judgement{}

// enter adds the table of a check to those that TestJudgements runs.
func enter(check *Check, rows []judgement) bool {
	judgements[check] = append(judgements[check], rows...)
	return true
}

// onlyOnRecord has the checks that only a record or a backup on this computer can answer:
// without one, they leave the answer to a person.
var onlyOnRecord = []*Check{
	icloudStorageFull, backupTooLarge, icloudSpaceUsedByPhotosDrive,
	accountNeedsAttention, termsNotAccepted, screenTimeAccountChanges,
	lowDataMode, airplaneMode, wifiSlowUnstable, icloudOutage,
	needsUnlockForKeys, backupLockedElsewhere, filesUnavailable, corruptPreviousBackup, persistentSoftwareFault,
}

// neverProved has the checks whose health not even a record proves.
var neverProved = []*Check{filesUnavailable}

// TestJudgements runs the table of every check in All with a judgement.
func TestJudgements(t *testing.T) {
	for _, check := range All() {
		if check.Judge == nil {
			continue
		}
		t.Run(check.ID, func(t *testing.T) {
			seen := map[Status]bool{}
			for _, row := range judgements[check] {
				seen[row.status] = true
				t.Run(row.name, func(t *testing.T) { testJudgement(t, check, row) })
			}
			// A check that can only hint relies on a person's answer for its unhealthy result.
			unwell := seen[Problem] || seen[Warning] || (check.Ask != "" && seen[Ask])
			well := seen[OK] || slices.Contains(neverProved, check)
			unread := seen[Unknown] || slices.Contains(onlyOnRecord, check) && seen[Ask]
			if !well || !unwell || !unread {
				t.Errorf("the table of %s shows %v; it has to show the device well, unwell and unknown", check.ID, seen)
			}
		})
	}
}

func testJudgement(t *testing.T, check *Check, row judgement) {
	before := asJSON(t, row.snapshot)
	findings := check.Judge(row.snapshot)
	if after := asJSON(t, row.snapshot); after != before {
		t.Errorf("the snapshot changed:\nbefore %s\nafter  %s", before, after)
	}
	if len(findings) == 0 {
		t.Fatal("no finding")
	}
	f := findings[0]
	if f.Status != row.status || f.Summary != row.summary || f.Gap.Reason != row.reason {
		t.Errorf("got  %s %q %q\nwant %s %q %q", f.Status, f.Summary, f.Gap.Reason, row.status, row.summary, row.reason)
	}
	if f.Status == Ask && check.Ask == "" {
		t.Error("the finding leaves the answer to a person, and the check has no question")
	}
	if f.Status != Unknown && f.Summary != "" && len(f.Evidence) == 0 {
		t.Error("the finding rests on no evidence")
	}
	for _, e := range f.Evidence {
		if e.Key == "" || e.Value == "" || e.Source == "" || e.AsOf.IsZero() {
			t.Errorf("the evidence %+v lacks a part", e)
		}
	}
	if f.Summary != "" && !strings.HasSuffix(f.Summary, ".") {
		t.Errorf("the summary %q is no sentence", f.Summary)
	}
}

// takenAt is when all snapshots in these tests were taken.
var takenAt = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

const aDay = 24 * time.Hour

// well returns a device for which every question has a healthy answer, with changes.
func well(changes ...func(*device.Snapshot)) device.Snapshot {
	s := device.Snapshot{
		TakenAt: takenAt,
		Host:    device.Host{OS: "linux", Tool: "test"},
		Device: device.Identity{
			UDID:           "00008110-000000000000001E",
			Name:           device.Known("Ada's iPhone"),
			Class:          device.Known("iPhone"),
			ProductType:    device.Known("iPhone14,4"),
			ProductVersion: device.Known("26.6.1"),
			BuildVersion:   device.Known("23G83"),
			ModelName:      device.Known("iPhone 13 mini"),
		},
		Live: &device.Live{
			Trusted:          device.Known(true),
			LockedNow:        device.Known(false),
			ActivationState:  device.Known("Activated"),
			ReleaseType:      device.Unknown[string](device.Absent),
			ClockSkewSeconds: device.Known(0.4),
			CloudBackup: device.CloudBackup{
				Enabled: device.Known(true),
				Last:    device.Known(takenAt.Add(-7 * time.Hour)),
			},
			ComputerBackup: device.ComputerBackup{
				Last:               device.Unknown[time.Time](device.Absent),
				WillEncrypt:        device.Known(false),
				RequiresEncryption: device.Known(false),
			},
			Disk: device.Disk{
				TotalBytes:       device.Known[uint64](128_000_000_000),
				FreeBytes:        device.Known[uint64](40_000_000_000),
				ReclaimableBytes: device.Known[uint64](52_000_000_000),
			},
			Power: device.Power{
				BatteryPercent:  device.Known[uint64](81),
				Charging:        device.Known(true),
				External:        device.Known(true),
				NotChargingCode: device.Known[uint64](0),
			},
			WiFi: device.WiFi{Associated: device.Known(true), SyncOn: device.Known(false)},
			Account: device.Account{
				FindMy:         device.Known(true),
				FindMyAccount:  device.Known(true),
				ActivationLock: device.Known(true),
				SyncsICloud:    device.Known(true),
			},
			Setup: device.Setup{
				Done:         device.Known(true),
				SetupState:   device.Unknown[string](device.Absent),
				RestoreState: device.Unknown[string](device.Absent),
			},
			Management: device.Management{
				Profiles:     device.Known([]device.Profile{}),
				Supervised:   device.Known(false),
				Organization: device.Unknown[string](device.Absent),
			},
			Crashes:       device.Known([]device.Crash{}),
			HasBackupLogs: device.Known(false),
		},
		Newest: device.Known(device.Release{
			Newest:      "26.6.1",
			SameMajor:   "26.6.1",
			Builds:      []string{"23G83", "23G6083"},
			TableDate:   time.Date(2026, 8, 22, 0, 0, 0, 0, time.UTC),
			TableSource: "embedded",
		}),
	}
	for _, change := range changes {
		change(&s)
	}
	return s
}

// lastBackedUp sets the age of the last good iCloud backup.
func lastBackedUp(age time.Duration) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.CloudBackup.Last = device.Known(takenAt.Add(-age)) }
}

// withoutDate removes the date of the last good backup, for a reason.
func withoutDate(reason device.Reason) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.CloudBackup.Last = device.Unknown[time.Time](reason) }
}

// running sets the installed version and its build.
func running(version, build string) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		s.Device.ProductVersion = device.Known(version)
		s.Device.BuildVersion = device.Known(build)
	}
}

// withoutVersion makes the version unknown.
func withoutVersion(s *device.Snapshot) {
	s.Device.ProductVersion = device.Unknown[string](device.Timeout)
	s.Device.BuildVersion = device.Unknown[string](device.Timeout)
}

// profiled installs configuration profiles by name.
func profiled(names ...string) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		var profiles []device.Profile
		for _, name := range names {
			profiles = append(profiles, device.Profile{Identifier: "com.example." + strings.ToLower(name[:1]), Name: device.Known(name)})
		}
		s.Live.Management.Profiles = device.Known(profiles)
	}
}

// withoutProfiles makes the profiles unknown.
func withoutProfiles(s *device.Snapshot) {
	s.Live.Management.Profiles = device.Unknown[[]device.Profile](device.Refused)
}

// distrusting returns a device that answered only with its identity.
func distrusting(reason device.Reason) device.Snapshot {
	return well(func(s *device.Snapshot) { s.Live = &device.Live{Trusted: device.Unknown[bool](reason)} })
}

// detached makes a device one that was not attached.
func detached(s *device.Snapshot) { s.Live = nil }

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
