package checks

import "github.com/backupdoctor/backupdoctor/device"

var autoNotLockedJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so the screen did not stand in its way.", ""},
	{"unlocked now", well(lastBackedUp(5 * aDay)), Ask, "Whether the device is locked now does not show that it is at night.", ""},
	{"locked now", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.LockedNow = device.Known(true) }), Ask,
		"Whether the device is locked now does not show that it is at night.", ""},
	{"a kiosk", well(lastBackedUp(5*aDay), profiled("Lobby KIOSK")), Warning, "By its name alone, a configuration profile may keep the screen on.", ""},
	{"missing", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.LockedNow = device.Unknown[bool](device.Absent) }), Unknown,
		"Whether the device locks could not be read: the device has no such value.", device.Absent},
}
