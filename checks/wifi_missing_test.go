package checks

import "github.com/backupdoctor/backupdoctor/device"

var wifiMissingJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so the device had a network that serves.", ""},
	{"fresh backup, Wi-Fi unread", well(withoutWiFi), OK, "A backup completed 7 hours ago, so the device had a network that serves.", ""},
	{"on Wi-Fi now", well(lastBackedUp(5 * aDay)), Ask, "The device is on Wi-Fi at this moment, which does not show that it is at night.", ""},
	{"not on Wi-Fi now", well(func(s *device.Snapshot) { s.Live.WiFi.Associated = device.Known(false) }), Warning,
		"The device is not joined to a Wi-Fi network at this moment.", ""},
	{"no such interface", well(lastBackedUp(5*aDay), withoutWiFi), Unknown, "Whether the device is on Wi-Fi could not be read: this model or iOS version cannot tell.", device.Unsupported},
}

func withoutWiFi(s *device.Snapshot) {
	s.Live.WiFi.Associated = device.Unknown[bool](device.Unsupported)
}
