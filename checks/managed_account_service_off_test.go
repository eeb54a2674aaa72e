package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(managedAccountServiceOff, managedAccountServiceOffJudgements)

var managedAccountServiceOffJudgements = []judgement{
	{"fresh backup", well(supervised), OK, "A backup completed 7 hours ago, so the service was on for this account.", ""},
	{"managed", well(lastBackedUp(5*aDay), supervised), Ask, "The device is supervised, so its account may be a managed one.", ""},
	{"not managed", well(lastBackedUp(5 * aDay)), Ask, "", ""},
	{"refused", well(lastBackedUp(5*aDay), func(s *device.Snapshot) {
		s.Live.Management = device.Management{
			Profiles:   device.Unknown[[]device.Profile](device.NoService),
			Supervised: device.Unknown[bool](device.NoService),
		}
	}), Unknown, "Whether an organisation manages the device could not be read: the device does not offer this service.", device.NoService},
	{"refused by iCloud", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 1, behind("CKErrorDomain", 32)))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, failed: The organisation behind the account does not allow it (MBErrorDomain/1, CKErrorDomain/32), as of 2026-11-21, from a backup on this computer.", ""},
	{"managed, on record", well(lastBackedUp(9*aDay), recorded(aDay, func(h *device.History) { h.Account.Managed = device.Known(true) })), Ask, "The account was issued by an organisation, as of 2026-11-21, from a backup on this computer.", ""},
	{"not managed, on record", well(lastBackedUp(9*aDay), recorded(aDay, func(h *device.History) { h.Account.Managed = device.Known(false) })), OK, "The account was not issued by an organisation, as of 2026-11-21, from a backup on this computer.", ""},
}
