package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(autoNotCharging, autoNotChargingJudgements)

var autoNotChargingJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so power was not missing.", ""},
	{"on power now", well(lastBackedUp(5 * aDay)), Ask, "The device is on power now, from this computer, which does not show that it is at night.", ""},
	{"no power from the cable", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.Power.External = device.Known(false) }), Warning,
		"The device draws no power from the cable it is attached with.", ""},
	{"on battery, over Wi-Fi", well(lastBackedUp(5*aDay), overWiFi, func(s *device.Snapshot) { s.Live.Power.External = device.Known(false) }), Ask,
		"The device is on battery now. It was read over Wi-Fi, which supplies no power; this does not show whether it is on power at night.", ""},
	{"on power, over Wi-Fi", well(lastBackedUp(5*aDay), overWiFi), Ask,
		"The device is on power now. It was read over Wi-Fi, which supplies none; this does not show whether it is on power at night.", ""},
	{"refused", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.Power.External = device.Unknown[bool](device.Refused) }), Unknown,
		"Whether the device is on power could not be read: the device refused to report it.", device.Refused},
	{"windows cut short for lack of power", well(lastBackedUp(9*aDay), recorded(aDay, window(2*aDay, 20*time.Minute, thePower), window(3*aDay, 10*time.Minute, theWiFi))), Warning, "1 of the 2 times that the device was ready for a backup since the last good iCloud backup ended too soon for lack of power, as of 2026-11-21, from a backup on this computer.", ""},
	{"windows cut short three weeks ago", well(lastBackedUp(40*aDay), recorded(20*aDay, window(21*aDay, 20*time.Minute, thePower))), Warning, "The only time that the device was ready for a backup since the last good iCloud backup ended too soon for lack of power, as of 2026-11-02, 20 days ago, from a backup on this computer.", ""},
	{"windows cut short before the last good backup", well(lastBackedUp(9*aDay), recorded(aDay, window(12*aDay, 20*time.Minute, thePower))), Ask, "The record has no time in which the device was on power, locked and on Wi-Fi together since the last good iCloud backup, as of 2026-11-21, from a backup on this computer. The device is on power now, from this computer, which does not show that it is at night.", ""},
	{"windows long enough, of a device that is not here", well(detached, recorded(aDay, lastGoodWas(9*aDay), window(2*aDay, 9*time.Hour, thePower))), OK, "The device was on power, locked and on Wi-Fi for up to 9 hours at a time since the last good iCloud backup, so power was not what was missing, as of 2026-11-21, from a backup on this computer.", ""},
	{"a window long enough, and the backup still running", well(lastBackedUp(9*aDay), recorded(aDay, window(2*aDay, 9*time.Hour, thePower), stillRunning)), Warning, "The only time that the device was ready for a backup since the last good iCloud backup ended too soon for lack of power, as of 2026-11-21, from a backup on this computer.", ""},
	{"a window that ended soon after the last good backup in it", well(lastBackedUp(9*aDay), recorded(aDay, window(9*aDay+30*time.Minute, time.Hour, thePower))), Ask, "The record has no time in which the device was on power, locked and on Wi-Fi together since the last good iCloud backup, as of 2026-11-21, from a backup on this computer. The device is on power now, from this computer, which does not show that it is at night.", ""},
	{"a window that went on for days after the last good backup in it", well(lastBackedUp(9*aDay), recorded(aDay, window(10*aDay, 4*aDay, thePower))), OK, "The device was on power, locked and on Wi-Fi for up to 3 days at a time since the last good iCloud backup, so power was not what was missing, as of 2026-11-21, from a backup on this computer.", ""},
	{"never ready", well(lastBackedUp(9*aDay), recorded(aDay, noWindows)), Ask, "The record has no time in which the device was on power, locked and on Wi-Fi together since the last good iCloud backup, as of 2026-11-21, from a backup on this computer. The device is on power now, from this computer, which does not show that it is at night.", ""},
	{"ready, in an entry that cannot be read", well(lastBackedUp(9*aDay), recorded(aDay, window(12*aDay, aDay, thePower), unreadWindow)), Ask, "Part of the record of the times when the device was ready for a backup cannot be read, as of 2026-11-21, from a backup on this computer. The device is on power now, from this computer, which does not show that it is at night.", ""},
	{"windows cut short beside one that cannot be read", well(lastBackedUp(9*aDay), recorded(aDay, window(2*aDay, 20*time.Minute, thePower), window(3*aDay, 20*time.Minute, thePower), unreadWindow)), Warning, "Both readable times that the device was ready for a backup since the last good iCloud backup ended too soon for lack of power, as of 2026-11-21, from a backup on this computer.", ""},
	{"more that cannot be read than were cut short", well(lastBackedUp(9*aDay), recorded(aDay, window(2*aDay, 20*time.Minute, thePower), unreadWindow, unreadWindow)), Ask, "The device was ready for a backup 1 readable time since the last good iCloud backup, never for long enough, and 1 of them ended for lack of power, as of 2026-11-21, from a backup on this computer. The device is on power now, from this computer, which does not show that it is at night.", ""},
}

// overWiFi makes the snapshot one read over the network.
func overWiFi(s *device.Snapshot) { s.Live.Connection = device.Network }

// stillRunning is a last window that ended while a backup was running.
func stillRunning(h *device.History) {
	windows, _ := h.Schedule.Windows.Get()
	windows[len(windows)-1].Running = device.Known(true)
}
