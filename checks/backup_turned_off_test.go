package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(backupTurnedOff, backupTurnedOffJudgements)

var backupTurnedOffJudgements = []judgement{
	{"on", well(), OK, "iCloud Backup is on.", ""},
	{"off", well(switchedOff), Problem, "The device says that iCloud Backup is off.", ""},
	{"off and managed", well(switchedOff, supervised), Problem, "The device says that iCloud Backup is off.", ""},
	{"missing", well(withoutSwitch(device.Absent)), Unknown, "The iCloud Backup switch could not be read: the device has no such value.", device.Absent},
	{"prohibited", well(withoutSwitch(device.Refused)), Unknown, "The iCloud Backup switch could not be read: the device refused to report it.", device.Refused},
	{"not trusted", distrusting(device.TrustPending), Unknown, "The iCloud Backup switch could not be read: the Trust dialog is waiting on the device.", device.TrustPending},
	{"fell silent", well(func(s *device.Snapshot) {
		s.Live = &device.Live{Trusted: device.Known(true), Ended: device.Gap{Reason: device.Timeout}}
	}), Unknown, "The iCloud Backup switch could not be read: the device did not answer in time.", device.Timeout},
	{"off on record", well(detached, recorded(aDay, switchWas(false))), Problem, "iCloud Backup is off, as of 2026-11-21, from a backup on this computer.", ""},
	{"on on record", well(detached, recorded(aDay, switchWas(true))), OK, "iCloud Backup is on, as of 2026-11-21, from a backup on this computer.", ""},
	{"not readable in the record", well(detached, recorded(aDay, func(h *device.History) { h.CloudBackup.Enabled = device.Unknown[bool](device.WrongType) })), Unknown, "The iCloud Backup switch could not be read: the value had an unexpected type.", device.WrongType},
	{"not readable of the account", well(detached, recorded(aDay, func(h *device.History) { h.Account.BackupEnabled = device.Unknown[bool](device.Malformed) })), Unknown, "The iCloud Backup switch could not be read: the reply could not be understood.", device.Malformed},
	{"off three weeks ago", well(detached, recorded(21*aDay, switchWas(false))), Warning, "iCloud Backup is off, as of 2026-11-01, 21 days ago, from a backup on this computer.", ""},
	{"on three weeks ago", well(detached, recorded(21*aDay, switchWas(true))), Unknown, "iCloud Backup is on, as of 2026-11-01, 21 days ago, from a backup on this computer. The iCloud Backup switch could not be read: it was not asked for.", device.NotAsked},
	{"off for the account", well(detached, recorded(aDay, accountUsesBackup(false))), Problem, "iCloud Backup is off, as of 2026-11-21, from a backup on this computer.", ""},
	{"on for the account", well(detached, recorded(aDay, accountUsesBackup(true))), OK, "iCloud Backup is on, as of 2026-11-21, from a backup on this computer.", ""},
	{"off by both", well(detached, recorded(aDay, func(h *device.History) { switchWas(false)(h); accountUsesBackup(false)(h) })), Problem, "iCloud Backup is off, as of 2026-11-21, from a backup on this computer.", ""},
	{"a contradiction", well(detached, recorded(aDay, func(h *device.History) { switchWas(true)(h); accountUsesBackup(false)(h) })), Unknown, "The records contradict each other: the iCloud Backup switch was on, and iCloud Backup was off for the Apple Account, as of 2026-11-21, from a backup on this computer. The iCloud Backup switch could not be read: it was not asked for.", device.NotAsked},
	{"fresh beats old", well(recorded(aDay, switchWas(false))), OK, "iCloud Backup is on.", ""},
	{"no value is an answer", well(withoutSwitch(device.Absent), recorded(aDay, switchWas(true))), Unknown, "The iCloud Backup switch could not be read: the device has no such value.", device.Absent},
	{"prohibited, and on record", well(withoutSwitch(device.Refused), recorded(aDay, switchWas(false))), Problem, "iCloud Backup is off, as of 2026-11-21, from a backup on this computer.", ""},
	{"only an encrypted backup", well(detached, recorded(aDay, func(h *device.History) { h.AsOf = device.Unknown[time.Time](device.NeedsPassword) })), Unknown, "The iCloud Backup switch could not be read: the backup is encrypted and its password was not given.", device.NeedsPassword},
}

func accountUsesBackup(on bool) func(*device.History) {
	return func(h *device.History) { h.Account.BackupEnabled = device.Known(on) }
}

func switchedOff(s *device.Snapshot) { s.Live.CloudBackup.Enabled = device.Known(false) }

func withoutSwitch(reason device.Reason) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.CloudBackup.Enabled = device.Unknown[bool](reason) }
}
