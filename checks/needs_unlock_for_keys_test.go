package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(needsUnlockForKeys, needsUnlockForKeysJudgements)

var needsUnlockForKeysJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so no keys were missing.", ""},
	{"209", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 209))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, lacked encryption keys (MBErrorDomain/209), as of 2026-11-21, from a backup on this computer.", ""},
	{"209 in a window, of a device that is not here", well(detached, recorded(aDay, func(h *device.History) {
		window(2*aDay, aDay, theLock)(h)
		windows, _ := h.Schedule.Windows.Get()
		windows[0].Error = device.Known(behind("MBErrorDomain", 209))
	})), Problem, "The newest attempt at an iCloud backup, on 2026-11-21, lacked encryption keys (MBErrorDomain/209), as of 2026-11-21, from a backup on this computer.", ""},
	{"209 three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, failed(21*aDay, 209))), Warning, "The newest attempt at an iCloud backup, on 2026-11-01, lacked encryption keys (MBErrorDomain/209), as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"keys to be fetched", well(lastBackedUp(9*aDay), recorded(aDay, func(h *device.History) { h.Schedule.KeysMissing = device.Known(true) })), Warning, "The device has noted that it needs to be unlocked to fetch missing keys, as of 2026-11-21, from a backup on this computer.", ""},
	{"a backup completed since", well(lastBackedUp(9*aDay), recorded(10*aDay, func(h *device.History) { h.Schedule.KeysMissing = device.Known(true) })), Ask, "", ""},
	{"nothing is known", well(lastBackedUp(9 * aDay)), Ask, "", ""},
}
