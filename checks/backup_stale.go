package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/device"
)

var backupStale = &Check{
	ID:    "backup-stale",
	Title: "The last iCloud backup is at most two days old",
	Doc: `A device that is on power, locked and on Wi-Fi backs up about once a day. What changed since the last backup is lost if the device is.

Judged from the date of the last good backup, in whole days: up to 2 days are fine, from 3 to 14 a notice, over 14 a problem; over 180 the copy is probably gone (see backup-expired-180-days).
A notice proposes only what costs nothing. The date says that no backup completed since, and not why: whatever else is found comes before it.`,
	Effect:   Informs,
	Sources:  []Source{applePH12520, appleWhatIsBackup, popsugarNotBackedUp},
	Remedies: []RemedyID{readExactMessage, checkICloudStorage, checkSystemStatus, backUpOvernight, backUpNow, tryAnotherNetwork, restart, forceRestart, contactAppleSupport},
	Explains: []string{"backup-expired-180-days"},
	Judge:    judgeStale,
}

// The last day of each band of backup-stale, counted in whole days.
const (
	fineDays   = 2
	noticeDays = 14
	keptDays   = 180 // Apple keeps a backup this long after the device made its last one
)

func judgeStale(s device.Snapshot) []Finding {
	at, age, err := lastBackup(s)
	if err != nil {
		return unknown(s, "The date of the last good iCloud backup", err)
	}
	summary := fmt.Sprintf("The last good iCloud backup is %s old.", duration(age))
	switch old := days(age); {
	case old <= fineDays:
		return ok(summary, backupDate(s, at))
	case old <= noticeDays:
		notice := warning(summary, backupDate(s, at))
		notice[0].Remedies = []RemedyID{readExactMessage, backUpOvernight, backUpNow, restart}
		return notice
	default:
		return problem(summary, backupDate(s, at))
	}
}
