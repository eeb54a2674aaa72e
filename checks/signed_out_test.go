package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(signedOut, signedOutJudgements)

var signedOutJudgements = []judgement{
	{"every sign", well(), OK, "An Apple Account is signed in; signs of it: iCloud Backup, Find My, Find My account, Activation Lock, Syncs with iCloud.", ""},
	{"one sign", well(noAccount, withoutSwitch(device.Absent), func(s *device.Snapshot) { s.Live.Account.SyncsICloud = device.Known(true) }),
		OK, "An Apple Account is signed in; signs of it: Syncs with iCloud.", ""},
	{"no sign, and no backup domain", well(noAccount, withoutSwitch(device.Absent), withoutDate(device.Absent)), Warning,
		"There is no sign of an Apple Account, and the device knows nothing of iCloud Backup.", ""},
	{"no sign, and backup off", well(noAccount, switchedOff), Ask, "No sign of an Apple Account was found, which proves nothing.", ""},
	{"erased: Find My and the lock are left", well(leftByErase, activation("Unactivated")), Warning,
		"There is no sign of an Apple Account, and the device knows nothing of iCloud Backup.", ""},
	{"erased, and being set up", well(leftByErase, func(s *device.Snapshot) { s.Live.Setup.Done = device.Known(false) }), Warning,
		"There is no sign of an Apple Account, and the device knows nothing of iCloud Backup.", ""},
	{"set up, with the lock", well(leftByErase), OK, "An Apple Account is signed in; signs of it: Find My, Find My account, Activation Lock.", ""},
	{"refused", well(noAccount, withoutSwitch(device.Refused), withoutDate(device.Refused)), Unknown,
		"Every sign of an Apple Account was missing or could not be read: the device refused to report it.", device.Refused},
	{"signed in on record", well(detached, recorded(aDay, func(h *device.History) { h.Account.SignedIn = device.Known(true) })), OK, "An Apple Account is signed in, as of 2026-11-21, from a backup on this computer.", ""},
	{"signed out on record", well(detached, recorded(aDay, func(h *device.History) { h.Account.SignedIn = device.Known(false) })), Problem, "No Apple Account is signed in, as of 2026-11-21, from a backup on this computer.", ""},
	{"signed out three weeks ago", well(detached, recorded(21*aDay, func(h *device.History) { h.Account.SignedIn = device.Known(false) })), Warning, "No Apple Account is signed in, as of 2026-11-01, 21 days ago, from a backup on this computer.", ""},
	{"fresh beats old", well(recorded(aDay, func(h *device.History) { h.Account.SignedIn = device.Known(false) })), OK, "An Apple Account is signed in; signs of it: iCloud Backup, Find My, Find My account, Activation Lock, Syncs with iCloud.", ""},
	{"not here, and nothing is known", well(detached), Unknown, "Every sign of an Apple Account was missing or could not be read: it was not asked for.", device.NotAsked},
	{"210 of a device that is not here", well(detached, recorded(aDay, failed(2*aDay, 210))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, found no Apple Account (MBErrorDomain/210), as of 2026-11-21, from a backup on this computer.", ""},
}

// noAccount removes the signs of an Apple Account, apart from iCloud Backup.
func noAccount(s *device.Snapshot) {
	s.Live.Account = device.Account{
		FindMy:         device.Known(false),
		FindMyAccount:  device.Unknown[bool](device.Absent),
		ActivationLock: device.Unknown[bool](device.Absent),
		SyncsICloud:    device.Known(false),
	}
}

// leftByErase is what a device still reports after it was erased while signed in.
func leftByErase(s *device.Snapshot) {
	withoutSwitch(device.Absent)(s)
	withoutDate(device.Absent)(s)
	s.Live.Account = device.Account{
		FindMy: device.Known(true), FindMyAccount: device.Known(true), ActivationLock: device.Known(true), SyncsICloud: device.Known(false),
	}
}
