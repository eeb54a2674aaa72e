package checks

import "github.com/backupdoctor/backupdoctor/device"

var autoNotChargingJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so power was not missing.", ""},
	{"on power now", well(lastBackedUp(5 * aDay)), Ask, "The device is on power now, from this computer, which does not show that it is at night.", ""},
	{"no power from the cable", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.Power.External = device.Known(false) }), Warning,
		"The device draws no power from the cable it is attached with.", ""},
	{"refused", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.Power.External = device.Unknown[bool](device.Refused) }), Unknown,
		"Whether the device is on power could not be read: the device refused to tell.", device.Refused},
}
