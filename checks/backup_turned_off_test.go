package checks

import "github.com/backupdoctor/backupdoctor/device"

var backupTurnedOffJudgements = []judgement{
	{"on", well(), OK, "iCloud Backup is on.", ""},
	{"off", well(switchedOff), Problem, "The device says that iCloud Backup is off.", ""},
	{"off and managed", well(switchedOff, supervised), Problem, "The device says that iCloud Backup is off.", ""},
	{"missing", well(withoutSwitch(device.Absent)), Unknown, "The iCloud Backup switch could not be read: the device has no such value.", device.Absent},
	{"prohibited", well(withoutSwitch(device.Refused)), Unknown, "The iCloud Backup switch could not be read: the device refused to tell.", device.Refused},
	{"not trusted", distrusting(device.TrustPending), Unknown, "The iCloud Backup switch could not be read: the Trust dialog is waiting on the device.", device.TrustPending},
	{"fell silent", well(func(s *device.Snapshot) {
		s.Live = &device.Live{Trusted: device.Known(true), Ended: device.Gap{Reason: device.Timeout}}
	}), Unknown, "The iCloud Backup switch could not be read: the device did not answer in time.", device.Timeout},
}

func switchedOff(s *device.Snapshot) { s.Live.CloudBackup.Enabled = device.Known(false) }

func withoutSwitch(reason device.Reason) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.CloudBackup.Enabled = device.Unknown[bool](reason) }
}
