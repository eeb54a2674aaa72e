package checks

import "github.com/backupdoctor/backupdoctor/device"

var localBackupEncryptionForcedJudgements = []judgement{
	{"not forced", well(), OK, "Nothing insists that backups to a computer are encrypted.", ""},
	{"forced, with a password", well(forced(device.Known(true))), OK, "Management insists that backups to a computer are encrypted, and a password is set.", ""},
	{"forced, without a password", well(forced(device.Known(false))), Warning, "Management insists that backups to a computer are encrypted, and no password is set.", ""},
	{"forced, password unread", well(forced(device.Unknown[bool](device.Absent))), Warning,
		"Management insists that backups to a computer are encrypted, and whether a password is set could not be read.", ""},
	{"missing", well(func(s *device.Snapshot) {
		s.Live.ComputerBackup.RequiresEncryption = device.Unknown[bool](device.Absent)
	}), Unknown,
		"Whether backups to a computer have to be encrypted could not be read: the device has no such value.", device.Absent},
}

func forced(password device.Fact[bool]) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		s.Live.ComputerBackup.RequiresEncryption = device.Known(true)
		s.Live.ComputerBackup.WillEncrypt = password
	}
}
