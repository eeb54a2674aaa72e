package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(falseAlarm, falseAlarmJudgements)

var falseAlarmJudgements = []judgement{
	{"fresh", well(lastBackedUp(7 * time.Hour)), OK, "The last good iCloud backup is 7 hours old, so a notice of an earlier failure is out of date.", ""},
	{"just under two days", well(lastBackedUp(48*time.Hour - time.Second)), OK, "The last good iCloud backup is 47 hours old, so a notice of an earlier failure is out of date.", ""},
	{"two days", well(lastBackedUp(2 * aDay)), Ask, "The last good iCloud backup is 2 days old, so a notice that it failed has to be taken seriously.", ""},
	{"old", well(lastBackedUp(23 * aDay)), Ask, "The last good iCloud backup is 23 days old, so a notice that it failed has to be taken seriously.", ""},
	{"no date", well(withoutDate(device.Absent)), Unknown, "The date of the last good iCloud backup could not be read: the device has no such value.", device.Absent},
	{"prohibited", well(withoutDate(device.Refused)), Unknown, "The date of the last good iCloud backup could not be read: the device refused to report it.", device.Refused},
	{"a date in the future", well(lastBackedUp(-25 * time.Hour)), Unknown, "The date of the last good iCloud backup could not be read: the value cannot be true.", device.Implausible},
	{"a clock a little ahead", well(lastBackedUp(-time.Hour)), OK, "The last good iCloud backup is less than a minute old, so a notice of an earlier failure is out of date.", ""},
	{"fresh on record", well(detached, recorded(aDay, lastGoodWas(30*time.Hour))), OK, "The last good iCloud backup is 6 hours old, so a notice of an earlier failure is out of date, as of 2026-11-21, from a backup on this computer.", ""},
	{"fresh on a record of some days ago", well(detached, recorded(3*aDay, lastGoodWas(3*aDay+time.Hour))), Ask, "The last good iCloud backup is 1 hour old, so a notice of a later failure has to be taken seriously, as of 2026-11-19, from a backup on this computer.", ""},
	{"stale on record", well(detached, recorded(aDay, lastGoodWas(9*aDay))), Ask, "The last good iCloud backup is 8 days old, so a notice that it failed has to be taken seriously, as of 2026-11-21, from a backup on this computer.", ""},
	{"fresh, and failed since", well(recorded(0, failed(time.Hour, 303))), Ask, "The last good iCloud backup is 7 hours old, and an attempt after it failed, so a notice that it failed has to be taken seriously.", ""},
}
