package checks

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestDiagnose(t *testing.T) {
	for _, test := range []struct {
		name     string
		snapshot device.Snapshot
		verdict  Verdict
		gap      device.Reason
		headline string
		causes   []string // each cause, with its symptoms in parentheses
	}{
		{
			name:     "a fresh backup",
			snapshot: well(),
			verdict:  BackedUp,
			headline: "The last good iCloud backup is 7 hours old.",
		},
		{
			name:     "a fresh backup, and software that is behind, which is a note",
			snapshot: well(running("26.5", "23F75")),
			verdict:  BackedUp,
			headline: "The last good iCloud backup is 7 hours old.",
		},
		{
			name:     "switched off",
			snapshot: well(switchedOff, lastBackedUp(23*aDay)),
			verdict:  Failing,
			headline: "The device says that iCloud Backup is off; the last good backup is 23 days old.",
			causes:   []string{"backup-turned-off (backup-stale)"},
		},
		{
			name:     "switched off yesterday",
			snapshot: well(switchedOff, lastBackedUp(30*time.Hour)),
			verdict:  Failing,
			headline: "The device says that iCloud Backup is off; the last good backup is 30 hours old.",
			causes:   []string{"backup-turned-off"},
		},
		{
			name:     "switched off half a year ago",
			snapshot: well(switchedOff, lastBackedUp(200*aDay)),
			verdict:  Failing,
			headline: "The device says that iCloud Backup is off; the last good backup is 200 days old.",
			causes:   []string{"backup-turned-off (backup-stale, backup-expired-180-days)"},
		},
		{
			name:     "a symptom of a symptom goes to the root",
			snapshot: well(switchedOff, withoutDate(device.Absent), running("8.4.1", "12H321"), newestIs("9.3.5", ""), noAccount),
			verdict:  Failing,
			headline: "iOS 8.4.1 is too old for iCloud Backup, which needs iOS 9 or later.",
			causes:   []string{"unsupported-ios (backup-turned-off, never-backed-up, software-out-of-date)"},
		},
		{
			name:     "stale for no reason that can be read",
			snapshot: well(lastBackedUp(30 * aDay)),
			verdict:  Failing,
			headline: "The last good iCloud backup is 30 days old.",
			causes:   []string{"backup-stale"},
		},
		{
			name:     "a full device explains the age that tells of it",
			snapshot: well(lastBackedUp(30*aDay), free(100_000_000)),
			verdict:  Failing,
			headline: "100 MB of 128 GB are free on the device, likely too little for the temporary copies of a backup; the last good backup is 30 days old.",
			causes:   []string{"device-storage-low (backup-stale)"},
		},
		{
			name:     "a week old",
			snapshot: well(lastBackedUp(7 * aDay)),
			verdict:  AtRisk,
			headline: "The last good iCloud backup is 7 days old.",
			causes:   []string{"backup-stale"},
		},
		{
			name:     "a warning that explains a problem comes first, and is no less a warning",
			snapshot: well(modelled("iPhone4,1"), running("9.3.5", "13G36"), newestIs("9.3.6", "9.3.6"), lastBackedUp(30*aDay)),
			verdict:  Failing,
			headline: "iOS 9.3.5 lacks the fix for the GPS rollover of 2019 that 9.3.6 has, without which this model loses the date; the last good backup is 30 days old.",
			causes:   []string{"gps-rollover", "backup-stale", "software-out-of-date"},
		},
		{
			name:     "restoring",
			snapshot: well(withoutDate(device.Absent), restoreSays("BackgroundRestoringFromiCloudBackup")),
			verdict:  Failing,
			headline: "The device says that a restore is still running (BackgroundRestoringFromiCloudBackup).",
			causes:   []string{"restore-in-progress (never-backed-up)"},
		},
		{
			name:     "what blocks comes before what may, and problems before warnings",
			snapshot: well(running("26.5", "23F75"), lastBackedUp(30*aDay), free(100_000_000), switchedOff),
			verdict:  Failing,
			headline: "The device says that iCloud Backup is off; the last good backup is 30 days old.",
			causes:   []string{"backup-turned-off (backup-stale)", "device-storage-low", "software-out-of-date"},
		},
		{
			name:     "never paired",
			snapshot: distrusting(device.NeverPaired),
			verdict:  NotExamined,
			gap:      device.NeverPaired,
			headline: "This computer has no pair record for the device.",
			causes:   []string{"not-trusted"},
		},
		{
			name: "never paired, and too old by what it tells anybody",
			snapshot: well(running("8.4.1", "12H321"), newestIs("8.4.1", "8.4.1"), func(s *device.Snapshot) {
				s.Live = &device.Live{Trusted: device.Unknown[bool](device.NeverPaired)}
			}),
			verdict:  NotExamined,
			gap:      device.NeverPaired,
			headline: "This computer has no pair record for the device.",
			causes:   []string{"not-trusted", "unsupported-ios"},
		},
		{
			name: "silent before it spoke of backups",
			snapshot: well(func(s *device.Snapshot) {
				s.Live = &device.Live{Trusted: device.Known(true), Ended: device.Gap{Reason: device.Timeout}}
			}),
			verdict:  NotExamined,
			gap:      device.Timeout,
			headline: "What the device reports about iCloud Backup could not be read: the device did not answer in time.",
		},
		{
			name: "silent when asked of backups",
			snapshot: well(withoutSwitch(device.Timeout), withoutDate(device.Timeout), func(s *device.Snapshot) {
				s.Live.Ended = device.Gap{Reason: device.Timeout}
			}),
			verdict:  NotExamined,
			gap:      device.Timeout,
			headline: "What the device reports about iCloud Backup could not be read: the device did not answer in time.",
		},
		{
			name: "silent after it spoke of backups",
			snapshot: well(switchedOff, func(s *device.Snapshot) {
				s.Live.Ended = device.Gap{Reason: device.Detached}
				s.Live.Disk = device.Disk{}
			}),
			verdict:  Failing,
			gap:      device.Detached,
			headline: "The device says that iCloud Backup is off; the last good backup is 7 hours old.",
			causes:   []string{"backup-turned-off"},
		},
		{
			name:     "refuses to speak of backups",
			snapshot: well(withoutSwitch(device.Refused), withoutDate(device.Refused)),
			verdict:  NotExamined,
			gap:      device.Refused,
			headline: "What the device reports about iCloud Backup could not be read: the device refused to report it.",
		},
		{
			name:     "refuses to tell the switch",
			snapshot: well(withoutSwitch(device.Refused), lastBackedUp(2*aDay)),
			verdict:  NoCauseFound,
			headline: "No cause was found; whether iCloud Backup is on is unknown (the device refused to report it).",
		},
		{
			name:     "nothing to be seen",
			snapshot: well(lastBackedUp(2 * aDay)),
			verdict:  BackedUp,
			headline: "The last good iCloud backup is 2 days old.",
		},
		{
			name:     "full iCloud storage explains a stale backup",
			snapshot: well(lastBackedUp(20*aDay), recorded(aDay, failed(2*aDay, 303))),
			verdict:  Failing,
			headline: "iCloud Backup has been failing since 2026-11-20 08:00 UTC (1 attempt): iCloud has too little room for the backup (error 303, 2 days ago).",
			causes:   []string{"icloud-storage-full (backup-stale)"},
		},
		{
			name:     "a backup that no plan can hold explains full iCloud storage",
			snapshot: well(lastBackedUp(20*aDay), recorded(aDay, failed(2*aDay, 303), nextOf(60_000_000_000), planOf(50<<30))),
			verdict:  Failing,
			headline: "The next iCloud backup is 60 GB large, with the most in the camera roll (30 GB), com.example.chat (15 GB), and the whole storage plan has 50 GB, as of 2026-11-21, from a backup on this computer; the last good backup is 20 days old.",
			causes:   []string{"backup-too-large (icloud-storage-full, backup-stale)"},
		},
		{
			name:     "a restriction on record explains the switch",
			snapshot: well(switchedOff, supervised, lastBackedUp(20*aDay), recorded(aDay, func(h *device.History) { h.Restrictions.CloudBackupAllowed = device.Known(false) })),
			verdict:  Failing,
			headline: "A restriction in force on the device forbids iCloud Backup, as of 2026-11-21, from a backup on this computer; the last good backup is 20 days old.",
			causes:   []string{"mdm-disallows-backup (backup-turned-off, backup-stale)"},
		},
		{
			name:     "a failure before the last good backup is history",
			snapshot: well(recorded(aDay, failed(2*aDay, 303))),
			verdict:  BackedUp,
			headline: "The last good iCloud backup is 7 hours old; no failed attempt is on record since.",
		},
		{
			name:     "a failure after the last good backup is no false alarm",
			snapshot: well(recorded(0, failed(time.Hour, 303))),
			verdict:  AtRisk,
			headline: "iCloud Backup has been failing since 2026-11-22 07:00 UTC (1 attempt): iCloud has too little room for the backup (error 303, 1 hour ago).",
			causes:   []string{"icloud-storage-full"},
		},
		{
			name:     "not attached, and off on record",
			snapshot: well(detached, recorded(3*aDay, switchWas(false), lastGoodWas(30*aDay))),
			verdict:  Failing,
			headline: "iCloud Backup is off, as of 2026-11-19, from a backup on this computer; the device was not attached, and its newest record here is 3 days old.",
			causes:   []string{"backup-turned-off (backup-stale)"},
		},
		{
			name:     "not attached, and well on record",
			snapshot: well(detached, recorded(aDay, switchWas(true), lastGoodWas(aDay+time.Hour))),
			verdict:  NoCauseFound,
			headline: "The last good iCloud backup is 1 hour old, so a notice of an earlier failure is out of date, as of 2026-11-21, from a backup on this computer; the device was not attached, and its newest record here is 24 hours old.",
		},
		{
			name:     "not attached, and well on a record of some days ago",
			snapshot: well(detached, recorded(3*aDay, switchWas(true), lastGoodWas(3*aDay+time.Hour))),
			verdict:  NoCauseFound,
			headline: "No cause was found; its clock or this computer's is unknown, so the age of the last backup is unproved; the device was not attached, and its newest record here is 3 days old.",
		},
		{
			name:     "not attached, and well on an old record",
			snapshot: well(detached, recorded(30*aDay, switchWas(true), lastGoodWas(30*aDay+time.Hour))),
			verdict:  NoCauseFound,
			headline: "No cause was found; whether iCloud Backup is on is unknown; the device was not attached, and its newest record here is 30 days old.",
		},
		{
			name:     "not attached, and off on an old record",
			snapshot: well(detached, recorded(30*aDay, switchWas(false))),
			verdict:  AtRisk,
			headline: "iCloud Backup is off, as of 2026-10-23, 30 days ago, from a backup on this computer; the device was not attached.",
			causes:   []string{"backup-turned-off"},
		},
		{
			name: "not attached, and a record that says nothing of iCloud Backup",
			snapshot: well(detached, recorded(aDay, func(h *device.History) {
				h.CloudBackup.Enabled = device.Unknown[bool](device.Malformed)
				h.CloudBackup.Last = device.Unknown[time.Time](device.Malformed)
			})),
			verdict:  NotExamined,
			gap:      device.NotAsked,
			headline: "The device was not attached.",
		},
		{
			name: "not attached, and a history behind a password",
			snapshot: well(detached, recorded(aDay, func(h *device.History) {
				h.AsOf = device.Unknown[time.Time](device.NeedsPassword)
			})),
			verdict:  NotExamined,
			gap:      device.NeedsPassword,
			headline: "The backup is encrypted and its password was not given.",
		},
		{
			name:     "not attached",
			snapshot: well(detached),
			verdict:  NotExamined,
			gap:      device.NotAsked,
			headline: "The device was not attached.",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			findings := Run(test.snapshot, All())
			d := Diagnose(test.snapshot, findings)
			if d.Verdict != test.verdict || d.Gap.Reason != test.gap {
				t.Errorf("verdict %s %q, want %s %q", d.Verdict, d.Gap.Reason, test.verdict, test.gap)
			}
			if d.Headline != test.headline {
				t.Errorf("headline\n%s\nwant\n%s", d.Headline, test.headline)
			}
			if diff := cmp.Diff(test.causes, inWords(d.Causes)); diff != "" {
				t.Errorf("causes (-want +got):\n%s", diff)
			}
			everyFindingOnce(t, findings, d)
		})
	}
}

func TestAFalseAlarmComesFirst(t *testing.T) {
	s := well()
	if first := Diagnose(s, Run(s, All())).Healthy[0]; first.Check != falseAlarm {
		t.Errorf("the first healthy finding is %s, want %s", first.Check.ID, falseAlarm.ID)
	}
}

func TestASubjectIsACauseOfItsOwn(t *testing.T) {
	s := well(lastBackedUp(2*aDay), profiled("Acme VPN", "Family Content Filter"))
	causes := Diagnose(s, Run(s, All())).Causes
	if len(causes) != 2 || causes[0].Subject != "Acme VPN" || causes[1].Subject != "Family Content Filter" {
		t.Errorf("got %+v, want one cause for each profile", causes)
	}
}

// A cycle of explanations, which All does not have, must not lose its findings.
func TestACircleOfExplanationsLosesNothing(t *testing.T) {
	stop := func(device.Snapshot) []Finding { return problem("It stopped.") }
	a := &Check{ID: "a", Effect: Blocks, Explains: []string{"b"}, Judge: stop}
	b := &Check{ID: "b", Effect: Blocks, Explains: []string{"a", "c"}, Judge: stop}
	c := &Check{ID: "c", Effect: Blocks, Judge: stop}
	findings := Run(well(), []*Check{a, b, c})
	everyFindingOnce(t, findings, Diagnose(well(), findings))
}

// inWords writes causes with their symptoms in parentheses.
func inWords(causes []Cause) []string {
	var lines []string
	for _, cause := range causes {
		line := cause.Check.ID
		var symptoms []string
		for _, symptom := range cause.Symptoms {
			symptoms = append(symptoms, symptom.Check.ID)
		}
		if len(symptoms) > 0 {
			line += " (" + strings.Join(symptoms, ", ") + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

// everyFindingOnce fails if a diagnosis lost or duplicated a finding.
func everyFindingOnce(t *testing.T, findings []Finding, d Diagnosis) {
	t.Helper()
	told := map[string]int{}
	note := func(f Finding) { told[f.Check.ID+"/"+f.Subject+"/"+f.Summary]++ }
	for _, cause := range d.Causes {
		note(cause.Finding)
		for _, symptom := range cause.Symptoms {
			note(symptom)
		}
	}
	for _, list := range [][]Finding{d.Unread, d.Questions, d.Healthy} {
		for _, f := range list {
			note(f)
		}
	}
	for _, f := range findings {
		told[f.Check.ID+"/"+f.Subject+"/"+f.Summary]--
	}
	for finding, n := range told {
		if n != 0 {
			t.Errorf("%s is told %+d times too often", finding, n)
		}
	}
}

// The headline for a log without attempts says what was seen, and not that the device was
// absent.
func TestTheHeadlineOfASilentLog(t *testing.T) {
	unseen := device.Attempt{Source: "file", Outcome: device.AttemptUnseen, Until: device.Known(takenAt)}
	spoke := unseen
	spoke.Lines = []device.LogLine{{At: takenAt, Process: "backupd", Text: "Idle"}}
	alone := func(a device.Attempt) device.Snapshot {
		return device.Snapshot{TakenAt: takenAt, Device: device.Identity{UDID: "unknown"}, Attempts: []device.Attempt{a}}
	}
	attached := well(lastBackedUp(2 * aDay))
	attached.Live.CloudBackup.Last = device.Unknown[time.Time](device.Timeout)
	attached.Attempts = []device.Attempt{unseen}
	for name, s := range map[string]device.Snapshot{"silent": alone(unseen), "without an attempt": alone(spoke), "of an attached device": attached} {
		d := Diagnose(s, Run(s, All()))
		if !strings.HasPrefix(d.Headline, "No attempt at an iCloud backup was seen in a saved log") || d.Verdict == BackedUp {
			t.Errorf("%s: %s, %q", name, d.Verdict, d.Headline)
		}
	}
	unseen.Source = "syslog"
	if d := Diagnose(alone(unseen), nil); !strings.Contains(d.Headline, "was seen in the device's log") {
		t.Errorf("%q", d.Headline)
	}
}
