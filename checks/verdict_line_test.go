package checks

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// The headline says what is known, and how certain it is.
func TestVerdictLine(t *testing.T) {
	nights := func(s *device.Snapshot) {
		recorded(aDay, window(9*aDay, time.Hour, theWiFi), window(8*aDay, 3*time.Hour, thePower), window(7*aDay, time.Hour, theWiFi), window(6*aDay, time.Hour, theWiFi))(s)
	}
	for _, test := range []struct {
		name     string
		snapshot device.Snapshot
		want     string
	}{
		{"failing, by a code", well(lastBackedUp(12*aDay), recorded(0, failed(time.Hour, 303), failed(3*aDay, 303), failed(10*aDay, 303))),
			"iCloud Backup has been failing since 2026-11-12 08:00 UTC (3 attempts): iCloud has too little room for the backup (error 303, 1 hour ago)."},
		{"once, the day before", well(lastBackedUp(12*aDay), recorded(aDay, failed(30*time.Hour, 303))),
			"iCloud Backup has been failing since 2026-11-21 02:00 UTC (1 attempt): iCloud has too little room for the backup (error 303, 30 hours ago)."},
		{"by a code that only CloudKit gave", well(lastBackedUp(12*aDay), recorded(0, func(h *device.History) {
			h.CloudBackup.Results = device.Known([]device.PastAttempt{{At: device.Known(takenAt.Add(-time.Hour)), Domain: "CKErrorDomain", Code: 25}})
		})), "iCloud Backup has been failing since 2026-11-22 07:00 UTC (1 attempt): iCloud has too little room for the backup (CKErrorDomain/25, 1 hour ago)."},
		{"failing, by what a person told", well(lastBackedUp(12*aDay), recorded(0, failed(3*aDay, 1)), answer("terms-not-accepted", "yes")),
			"iCloud Backup has been failing since 2026-11-19 08:00 UTC (1 attempt): Settings asks to accept new iCloud terms (by a person's answer, just now)."},
		{"a condition lost", well(lastBackedUp(23*aDay), nights),
			"iCloud Backup has not run for 23 days: Wi-Fi was lost in 3 of the last 4 times that the device was ready for it."},
		{"off", well(switchedOff, lastBackedUp(23*aDay), recorded(aDay, failed(2*aDay, 303))),
			"The device says that iCloud Backup is off; the last good backup is 23 days old."},
		{"told, without an attempt on record", well(lastBackedUp(23*aDay), answer("terms-not-accepted", "yes")),
			"Settings asks to accept new iCloud terms, by a person's answer; the last good backup is 23 days old."},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Diagnose(test.snapshot, Run(test.snapshot, All())).Headline; got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
