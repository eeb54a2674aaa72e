package checks

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// The model and version of a device that was not attached come from its newest backup, and are
// as old as it is.
func TestWhatABackupNamesIsAsOldAsTheBackup(t *testing.T) {
	for _, test := range []struct {
		name     string
		snapshot device.Snapshot
		status   Status
		summary  string
		asOf     time.Time
		source   string
	}{
		{"attached", well(running("26.5", "23F75"), lastBackedUp(9*aDay), copied(aDay, true, device.Whole)),
			Warning, "iOS 26.5 is behind 26.6.1, the newest that the table of 2026-08-22 knows for this model, which is 92 days old.", takenAt, "lockdown ProductVersion"},
		{"a fresh backup", well(running("26.5", "23F75"), detached, copied(aDay, true, device.Whole)),
			Warning, "iOS 26.5 is behind 26.6.1, the newest that the table of 2026-08-22 knows for this model, which is 92 days old, as of 2026-11-21, from a backup on this computer.", takenAt.Add(-aDay), "Info.plist / Product Version"},
		{"an old backup shows health: versions do not go back", well(detached, copied(30*aDay, true, device.Whole), tableFrom(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))),
			OK, "iOS 26.6.1 is the newest this model can run by the table of 2026-10-01, as of 2026-10-23, 30 days ago, from a backup on this computer.", takenAt.Add(-30 * aDay), "Info.plist / Product Version"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := Run(test.snapshot, []*Check{softwareOutOfDate})[0]
			if f.Status != test.status || f.Summary != test.summary {
				t.Errorf("got  %s %q\nwant %s %q", f.Status, f.Summary, test.status, test.summary)
			}
			if e := f.Evidence[0]; !e.AsOf.Equal(test.asOf) || e.Source != test.source {
				t.Errorf("the evidence is as of %v, from %q; want %v, from %q", e.AsOf, e.Source, test.asOf, test.source)
			}
		})
	}
}

// A problem shown by an old backup may have been fixed since.
func TestAnOldVersionIsNoMoreThanAWarning(t *testing.T) {
	tooOld := func(age time.Duration) Status {
		s := well(running("8.4.1", "12H321"), newestIs("8.4.1", "8.4.1"), detached, copied(age, true, device.Whole))
		return Run(s, []*Check{unsupportedIOS})[0].Status
	}
	if fresh, old := tooOld(aDay), tooOld(30*aDay); fresh != Problem || old != Warning {
		t.Errorf("a day old it is a %s, a month old a %s; want a problem, then a warning", fresh, old)
	}
}

// identity returns a device with a known model and version.
func identity(productType, version string) device.Identity {
	family, _, _, _ := device.ModelNumber(productType)
	return device.Identity{
		Class:          device.Known(family),
		ProductType:    device.Known(productType),
		ProductVersion: device.Known(version),
	}
}
