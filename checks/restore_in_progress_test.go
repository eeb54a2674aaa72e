package checks

import "github.com/backupdoctor/backupdoctor/device"

var restoreInProgressJudgements = []judgement{
	{"never restored", well(lastBackedUp(5 * aDay)), OK, "Set-up is done and no restore is running.", ""},
	{"restored", well(lastBackedUp(5*aDay), restoreSays("RestoredFromiTunesBackup")), OK, "Set-up is done and no restore is running.", ""},
	{"restoring", well(withoutDate(device.Absent), restoreSays("BackgroundRestoringFromiCloudBackup")), Problem,
		"The device says that a restore is still running (BackgroundRestoringFromiCloudBackup).", ""},
	{"perhaps restoring", well(lastBackedUp(5*aDay), restoreSays("BackgroundRestoringFromiCloudBackup")), Warning,
		"The device says that a restore is still running (BackgroundRestoringFromiCloudBackup), which may be a note left behind: it has backed up before.", ""},
	{"restoring, says Setup Assistant", well(withoutDate(device.Absent), func(s *device.Snapshot) {
		s.Live.Setup.SetupState = device.Known("RestoringFromBackup")
	}), Problem, "The device says that a restore is still running (RestoringFromBackup).", ""},
	{"a note left over by a restore", well(restoreSays("BackgroundRestoringFromiCloudBackup")), OK,
		"A backup completed 7 hours ago, so no restore was running.", ""},
	{"set-up not finished", well(withoutDate(device.Absent), func(s *device.Snapshot) { s.Live.Setup.Done = device.Known(false) }),
		Problem, "The set-up of the device is not finished.", ""},
	{"refused", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.Setup.Done = device.Unknown[bool](device.Refused) }),
		Unknown, "The state of set-up and restore could not be read: the device refused to tell.", device.Refused},
	{"a note of the wrong type", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.Setup.RestoreState = device.Unknown[string](device.WrongType) }),
		Unknown, "The state of a restore could not be read: the value was of an unexpected type.", device.WrongType},
}

func restoreSays(state string) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.Setup.RestoreState = device.Known(state) }
}
