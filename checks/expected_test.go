package checks

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

// expecting sets where a device should back up, and the maximum age in days; 0 for the default.
func expecting(where device.Expectation, maxAge int) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		s.Policy = device.Policy{Expected: where, MaxAgeSeconds: uint64(maxAge) * 24 * 3600, ExpectedSince: takenAt.Add(-30 * aDay)}
	}
}

// The policy of a device decides which findings count.
func TestExpected(t *testing.T) {
	notYet := func(s *device.Snapshot) { s.Policy.ExpectedSince = takenAt.Add(aDay) }
	for _, c := range []struct {
		name     string
		snapshot device.Snapshot
		verdict  Verdict
		headline string
	}{
		{"off, and expected in iCloud", well(switchedOff, expecting(device.ExpectICloud, 0)), Failing,
			"The device says that iCloud Backup is off; the last good backup is 7 hours old."},
		{"off, and none expected", well(switchedOff, expecting(device.ExpectNone, 0)), Suppressed,
			"No iCloud backup is expected since 2026-10-23 08:00 UTC."},
		{"no date, and none expected", well(withoutDate(device.Refused), expecting(device.ExpectNone, 0)), Suppressed,
			"No iCloud backup is expected since 2026-10-23 08:00 UTC."},
		{"off, and none expected from tomorrow", well(switchedOff, expecting(device.ExpectNone, 0), notYet), Failing,
			"The device says that iCloud Backup is off; the last good backup is 7 hours old."},
		{"off, and copied to a computer", well(switchedOff, withBackups(wholeBackup()), expecting(device.ExpectComputer, 14)), BackedUp,
			"The local backup of 2026-11-12, 10 days old, is whole, as far as a quick look proves."},
		{"off, and an old copy", well(switchedOff, withBackups(wholeBackup()), expecting(device.ExpectComputer, 9)), Failing,
			"The local backup of 2026-11-12, 10 days old, is whole, as far as a quick look proves, and too old; the last good backup is 7 hours old."},
		{"backed up to iCloud, and the copy not opened", well(withBackups(hiddenBackup("password-needed")), expecting(device.ExpectComputer, 14)), NoCauseFound,
			"Its backups are expected on a computer since 2026-10-23 08:00 UTC; whether the newest backup on this computer is whole is unknown (the backup is encrypted and its password was not given)."},
	} {
		t.Run(c.name, func(t *testing.T) {
			kept, unexpected := Expected(c.snapshot, Run(c.snapshot, All()))
			d := Diagnose(c.snapshot, kept, unexpected...)
			if d.Verdict != c.verdict || d.Headline != c.headline {
				t.Errorf("got  %s: %s\nwant %s: %s", d.Verdict, d.Headline, c.verdict, c.headline)
			}
		})
	}
}
