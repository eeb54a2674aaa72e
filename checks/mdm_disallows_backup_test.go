package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(mdmDisallowsBackup, mdmDisallowsBackupJudgements)

var mdmDisallowsBackupJudgements = []judgement{
	{"not managed", well(switchedOff), OK, "The device has no configuration profile and is not supervised.", ""},
	{"Shared iPad", well(withoutSwitch(device.Absent), func(s *device.Snapshot) { s.Live.SharedIPad = device.Known(true) }), Problem, "The device is a Shared iPad, on which iCloud Backup is not available.", ""},
	{"no Shared iPad", well(switchedOff, func(s *device.Snapshot) { s.Live.SharedIPad = device.Known(false) }), OK, "The device has no configuration profile and is not supervised.", ""},
	{"managed and on", well(profiled("Acme"), supervised), OK, "iCloud Backup is on, so no profile forbids it.", ""},
	{"managed and off", well(profiled("Acme"), supervised, switchedOff), Warning,
		"The device has 1 configuration profile and is supervised, and says that iCloud Backup is off, as it does where management forbids it.", ""},
	{"managed, and the switch unread", well(profiled("Acme"), withoutSwitch(device.Refused)), Ask, "The device has 1 configuration profile.", ""},
	{"profiles refused", well(withoutProfiles, switchedOff), Unknown, "Whether the device is managed could not be read: the device refused to report it.", device.Refused},
	{"forbidden on record", well(detached, recorded(aDay, func(h *device.History) { h.Restrictions.CloudBackupAllowed = device.Known(false) })), Problem, "A restriction in force on the device forbids iCloud Backup, as of 2026-11-21, from a backup on this computer.", ""},
	{"allowed on record", well(detached, recorded(aDay, func(h *device.History) { h.Restrictions.CloudBackupAllowed = device.Known(true) })), OK, "No restriction in force on the device forbids iCloud Backup, as of 2026-11-21, from a backup on this computer.", ""},
	{"forbidden three weeks ago", well(detached, recorded(21*aDay, func(h *device.History) { h.Restrictions.CloudBackupAllowed = device.Known(false) })), Warning, "A restriction in force on the device forbids iCloud Backup, as of 2026-11-01, 21 days ago, from a backup on this computer.", ""},
	{"forbidden, and a backup since", well(detached, recorded(2*aDay, func(h *device.History) { h.Restrictions.CloudBackupAllowed = device.Known(false) }), recorded(aDay, lastGoodWas(aDay))), Unknown, "Whether the device is managed could not be read: it was not asked for.", device.NotAsked},
	{"on now, whatever the record says", well(recorded(aDay, func(h *device.History) { h.Restrictions.CloudBackupAllowed = device.Known(false) })), OK, "iCloud Backup is on, so no profile forbids it.", ""},
	{"22", well(switchedOff, supervised, lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 22))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, was forbidden by management (MBErrorDomain/22), as of 2026-11-21, from a backup on this computer.", ""},
}

func supervised(s *device.Snapshot) { s.Live.Management.Supervised = device.Known(true) }
