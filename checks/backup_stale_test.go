package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(backupStale, backupStaleJudgements)

var backupStaleJudgements = []judgement{
	{"fresh", well(lastBackedUp(20 * time.Minute)), OK, "The last good iCloud backup is 20 minutes old.", ""},
	{"last fine day", well(lastBackedUp(3*aDay - time.Second)), OK, "The last good iCloud backup is 2 days old.", ""},
	{"first day to notice", well(lastBackedUp(3 * aDay)), Warning, "The last good iCloud backup is 3 days old.", ""},
	{"last day to notice", well(lastBackedUp(15*aDay - time.Second)), Warning, "The last good iCloud backup is 14 days old.", ""},
	{"first day of a problem", well(lastBackedUp(15 * aDay)), Problem, "The last good iCloud backup is 15 days old.", ""},
	{"expired", well(lastBackedUp(181 * aDay)), Problem, "The last good iCloud backup is 181 days old.", ""},
	{"no date", well(withoutDate(device.Absent)), Unknown, "The date of the last good iCloud backup could not be read: the device has no such value.", device.Absent},
	{"wrong type", well(withoutDate(device.WrongType)), Unknown, "The date of the last good iCloud backup could not be read: the value had an unexpected type.", device.WrongType},
	{"stale on record", well(detached, recorded(aDay, lastGoodWas(21*aDay))), Problem, "The last good iCloud backup is 20 days old, as of 2026-11-21, from a backup on this computer.", ""},
	{"fine on record", well(detached, recorded(aDay, lastGoodWas(2*aDay))), OK, "The last good iCloud backup is 24 hours old, as of 2026-11-21, from a backup on this computer.", ""},
	{"succeeded after the date on record", well(detached, recorded(aDay, lastGoodWas(21*aDay), succeeded(2*aDay))), OK, "The last good iCloud backup is 24 hours old, as of 2026-11-21, from a backup on this computer.", ""},
	{"succeeded before the date on record", well(detached, recorded(aDay, lastGoodWas(21*aDay), succeeded(30*aDay))), Problem, "The last good iCloud backup is 20 days old, as of 2026-11-21, from a backup on this computer.", ""},
	{"succeeded after the record was made", well(detached, recorded(3*aDay, lastGoodWas(23*aDay), succeeded(aDay))), Problem, "The last good iCloud backup is 20 days old, as of 2026-11-19, from a backup on this computer.", ""},
	{"a week on record", well(detached, recorded(aDay, lastGoodWas(8*aDay))), Warning, "The last good iCloud backup is 7 days old, as of 2026-11-21, from a backup on this computer.", ""},
	{"stale three weeks ago", well(detached, recorded(21*aDay, lastGoodWas(60*aDay))), Warning, "The last good iCloud backup is 39 days old, as of 2026-11-01, 21 days ago, from a backup on this computer.", ""},
	{"fresh beats old", well(recorded(aDay, lastGoodWas(60*aDay))), OK, "The last good iCloud backup is 7 hours old.", ""},
}
