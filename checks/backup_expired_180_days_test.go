package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(backupExpired180Days, backupExpired180DaysJudgements)

var backupExpired180DaysJudgements = []judgement{
	{"fresh", well(), OK, "The last good iCloud backup is 7 hours old, within the 180 days that Apple keeps it.", ""},
	{"last day kept", well(lastBackedUp(180 * aDay)), OK, "The last good iCloud backup is 180 days old, within the 180 days that Apple keeps it.", ""},
	{"gone", well(lastBackedUp(181 * aDay)), Warning, "The last good iCloud backup is 181 days old, and Apple keeps backups for 180 days: it has probably been deleted.", ""},
	{"no date", well(withoutDate(device.Absent)), Unknown, "The date of the last good iCloud backup could not be read: the device has no such value.", device.Absent},
	{"gone by the record", well(detached, recorded(aDay, lastGoodWas(200*aDay))), Warning, "The last good iCloud backup is 200 days old, and Apple keeps backups for 180 days: it has probably been deleted, as of 2026-11-21, from a backup on this computer.", ""},
	{"kept by the record", well(detached, recorded(aDay, lastGoodWas(100*aDay))), OK, "The last good iCloud backup is 100 days old, within the 180 days that Apple keeps it, as of 2026-11-21, from a backup on this computer.", ""},
}
