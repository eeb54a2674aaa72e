package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(wifiMissing, wifiMissingJudgements)

var wifiMissingJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so the device had a usable network.", ""},
	{"fresh backup, Wi-Fi unread", well(withoutWiFi), OK, "A backup completed 7 hours ago, so the device had a usable network.", ""},
	{"on Wi-Fi now", well(lastBackedUp(5 * aDay)), Ask, "The device is on Wi-Fi at this moment, which does not show that it is at night.", ""},
	{"not on Wi-Fi now", well(func(s *device.Snapshot) { s.Live.WiFi.Associated = device.Known(false) }), Warning,
		"The device is not joined to a Wi-Fi network at this moment.", ""},
	{"no such interface", well(lastBackedUp(5*aDay), withoutWiFi), Unknown, "Whether the device is on Wi-Fi could not be read: this model or iOS version does not report it.", device.Unsupported},
	{"no network", well(lastBackedUp(9*aDay), recorded(aDay, failed(2*aDay, 308))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, failed: There was no network (MBErrorDomain/308), as of 2026-11-21, from a backup on this computer.", ""},
	{"windows cut short for lack of Wi-Fi", well(lastBackedUp(9*aDay), recorded(aDay, window(2*aDay, 20*time.Minute, theWiFi), window(3*aDay, 10*time.Minute, theWiFi), window(4*aDay, 9*time.Hour, thePower))), Warning, "2 of the 3 times that the device was ready for a backup since the last good iCloud backup ended too soon for lack of Wi-Fi, as of 2026-11-21, from a backup on this computer.", ""},
	{"windows long enough", well(lastBackedUp(9*aDay), recorded(aDay, window(2*aDay, 9*time.Hour, theWiFi))), OK, "The device was on power, locked and on Wi-Fi for up to 9 hours at a time since the last good iCloud backup, so Wi-Fi was not what was missing, as of 2026-11-21, from a backup on this computer.", ""},
	{"windows cut short otherwise, of a device that is not here", well(detached, recorded(aDay, lastGoodWas(9*aDay), window(2*aDay, 20*time.Minute, thePower), window(3*aDay, 20*time.Minute, theWiFi), window(3*aDay, 20*time.Minute, thePower))), Unknown, "The device was ready for a backup 3 times since the last good iCloud backup, never for long enough, and 1 of them ended for lack of Wi-Fi, as of 2026-11-21, from a backup on this computer. Whether the device is on Wi-Fi could not be read: it was not asked for.", device.NotAsked},
	{"no window can be read, of a device that is not here", well(detached, recorded(aDay, func(h *device.History) { h.Schedule.Windows = device.Unknown[[]device.BackupWindow](device.Malformed) })), Unknown, "Whether the device is on Wi-Fi could not be read: " + device.Malformed.Error() + ".", device.Malformed},
	{"Wi-Fi off on record", well(lastBackedUp(9*aDay), recorded(aDay, radios(false, false))), Ask, "Wi-Fi is off, as of 2026-11-21, from a backup on this computer. The device is on Wi-Fi at this moment, which does not show that it is at night.", ""},
	{"Wi-Fi off on record before the last good backup", well(lastBackedUp(9*aDay), recorded(10*aDay, radios(false, false))), Ask, "The device is on Wi-Fi at this moment, which does not show that it is at night.", ""},
}

func withoutWiFi(s *device.Snapshot) {
	s.Live.WiFi.Associated = device.Unknown[bool](device.Unsupported)
}
