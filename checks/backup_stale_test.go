package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var backupStaleJudgements = []judgement{
	{"fresh", well(lastBackedUp(20 * time.Minute)), OK, "The last good iCloud backup is 20 minutes old.", ""},
	{"last fine day", well(lastBackedUp(3*aDay - time.Second)), OK, "The last good iCloud backup is 2 days old.", ""},
	{"first day to notice", well(lastBackedUp(3 * aDay)), Warning, "The last good iCloud backup is 3 days old.", ""},
	{"last day to notice", well(lastBackedUp(15*aDay - time.Second)), Warning, "The last good iCloud backup is 14 days old.", ""},
	{"first day of a problem", well(lastBackedUp(15 * aDay)), Problem, "The last good iCloud backup is 15 days old.", ""},
	{"expired", well(lastBackedUp(181 * aDay)), Problem, "The last good iCloud backup is 181 days old.", ""},
	{"no date", well(withoutDate(device.Absent)), Unknown, "The date of the last good iCloud backup could not be read: the device has no such value.", device.Absent},
	{"wrong type", well(withoutDate(device.WrongType)), Unknown, "The date of the last good iCloud backup could not be read: the value was of an unexpected type.", device.WrongType},
}
