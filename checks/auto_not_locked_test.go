package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(autoNotLocked, autoNotLockedJudgements)

var autoNotLockedJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so the screen did not prevent it.", ""},
	{"unlocked now", well(lastBackedUp(5 * aDay)), Ask, "Whether the device is locked now does not show that it is at night.", ""},
	{"locked now", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.LockedNow = device.Known(true) }), Ask,
		"Whether the device is locked now does not show that it is at night.", ""},
	{"locked now, over Wi-Fi", well(lastBackedUp(5*aDay), overWiFi, func(s *device.Snapshot) { s.Live.LockedNow = device.Known(true) }), Ask,
		"The device is locked now. It was read over Wi-Fi, which needs no unlocking; this does not show whether it is locked at night.", ""},
	{"a kiosk", well(lastBackedUp(5*aDay), profiled("Lobby KIOSK")), Warning, "Judging by its name alone, a configuration profile may keep the screen on.", ""},
	{"missing", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.LockedNow = device.Unknown[bool](device.Absent) }), Unknown,
		"Whether the device locks could not be read: the device has no such value.", device.Absent},
	{"windows cut short for lack of the lock", well(lastBackedUp(9*aDay), recorded(aDay, window(2*aDay, 20*time.Minute, theLock))), Warning, "The only time that the device was ready for a backup since the last good iCloud backup ended too soon for lack of the lock, as of 2026-11-21, from a backup on this computer.", ""},
	{"windows long enough", well(lastBackedUp(9*aDay), recorded(aDay, window(2*aDay, 9*time.Hour, theLock))), OK, "The device was on power, locked and on Wi-Fi for up to 9 hours at a time since the last good iCloud backup, so the lock was not what was missing, as of 2026-11-21, from a backup on this computer.", ""},
}
