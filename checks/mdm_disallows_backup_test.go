package checks

import "github.com/backupdoctor/backupdoctor/device"

var mdmDisallowsBackupJudgements = []judgement{
	{"not managed", well(switchedOff), OK, "The device has no configuration profile and is not supervised.", ""},
	{"managed and on", well(profiled("Acme"), supervised), OK, "iCloud Backup is on, so no profile forbids it.", ""},
	{"managed and off", well(profiled("Acme"), supervised, switchedOff), Warning,
		"The device has 1 configuration profile and is supervised, and says that iCloud Backup is off, as it does where management forbids it.", ""},
	{"managed, and the switch unread", well(profiled("Acme"), withoutSwitch(device.Refused)), Ask, "The device has 1 configuration profile.", ""},
	{"profiles refused", well(withoutProfiles, switchedOff), Unknown, "Whether the device is managed could not be read: the device refused to tell.", device.Refused},
}

func supervised(s *device.Snapshot) { s.Live.Management.Supervised = device.Known(true) }
