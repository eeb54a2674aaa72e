package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(neverBackedUp, neverBackedUpJudgements)

var neverBackedUpJudgements = []judgement{
	{"backed up", well(lastBackedUp(90 * time.Minute)), OK, "A backup completed 1 hour ago.", ""},
	{"long ago", well(lastBackedUp(400 * aDay)), OK, "A backup completed 400 days ago.", ""},
	{"never", well(withoutDate(device.Absent)), Problem, "The device has no record of a completed iCloud backup, with iCloud Backup on.", ""},
	{"never, and off", well(withoutDate(device.Absent), switchedOff), Problem, "The device has no record of a completed iCloud backup, with iCloud Backup off.", ""},
	{"prohibited", well(withoutDate(device.Refused)), Unknown, "The date of the last good iCloud backup could not be read: the device refused to report it.", device.Refused},
	{"no date and no switch", well(withoutDate(device.Absent), withoutSwitch(device.Absent)), Unknown,
		"The iCloud Backup switch, without which a missing date means nothing, could not be read: the device has no such value.", device.Absent},
	{"never by the record", well(detached, recorded(aDay, switchWas(true), func(h *device.History) { h.CloudBackup.Last = device.Unknown[time.Time](device.Absent) })), Problem, "The device has no record of a completed iCloud backup, with iCloud Backup on, as of 2026-11-21, from a backup on this computer.", ""},
	{"never by an old record", well(detached, recorded(21*aDay, switchWas(true), func(h *device.History) { h.CloudBackup.Last = device.Unknown[time.Time](device.Absent) })), Warning, "The device has no record of a completed iCloud backup, with iCloud Backup on, as of 2026-11-01, 21 days ago, from a backup on this computer.", ""},
	{"once by the record", well(detached, recorded(aDay, switchWas(true), lastGoodWas(9*aDay))), OK, "A backup completed on 2026-11-13, as of 2026-11-21, from a backup on this computer.", ""},
	{"never by the record, on for the account", well(detached, recorded(aDay, accountUsesBackup(true), func(h *device.History) { h.CloudBackup.Last = device.Unknown[time.Time](device.Absent) })), Problem, "The device has no record of a completed iCloud backup, with iCloud Backup on, as of 2026-11-21, from a backup on this computer.", ""},
	{"no date in the record, and an attempt that succeeded", well(detached, recorded(aDay, switchWas(true), succeeded(2*aDay), func(h *device.History) { h.CloudBackup.Last = device.Unknown[time.Time](device.Absent) })), Unknown, "The date of the last good iCloud backup could not be read: it was not asked for.", device.NotAsked},
	{"no date in the record, and off for the account", well(detached, recorded(aDay, switchWas(true), accountUsesBackup(false), func(h *device.History) { h.CloudBackup.Last = device.Unknown[time.Time](device.Absent) })), Unknown, "The date of the last good iCloud backup could not be read: it was not asked for.", device.NotAsked},
	{"a date to come in the record", well(detached, recorded(aDay, switchWas(true), func(h *device.History) { h.CloudBackup.Last = device.Unknown[time.Time](device.Implausible) })), Unknown, "The date of the last good iCloud backup could not be read: the value cannot be true.", device.Implausible},
	{"a date that the record could not tell", well(detached, recorded(aDay, switchWas(true))), Unknown, "The date of the last good iCloud backup could not be read: it was not asked for.", device.NotAsked},
}
