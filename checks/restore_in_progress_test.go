package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(restoreInProgress, restoreInProgressJudgements)

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
	{"not activated", well(withoutDate(device.Absent), activation("Unactivated")), Problem, "The device is not activated: its set-up is not finished.", ""},
	{"not activated, set-up said to be done", well(activation("Unactivated"), lastBackedUp(5*aDay)), Problem, "The device is not activated: its set-up is not finished.", ""},
	{"activated in the factory", well(activation("FactoryActivated"), lastBackedUp(5*aDay)), OK, "Set-up is done and no restore is running.", ""},
	{"activated, another SIM", well(activation("MismatchedICCID"), lastBackedUp(5*aDay)), OK, "Set-up is done and no restore is running.", ""},
	{"activation refused", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.ActivationState = device.Unknown[string](device.Refused) }), Unknown, "Whether the device is activated could not be read: the device refused to report it.", device.Refused},
	{"refused", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.Setup.Done = device.Unknown[bool](device.Refused) }),
		Unknown, "The state of set-up and restore could not be read: the device refused to report it.", device.Refused},
	{"a note of the wrong type", well(lastBackedUp(5*aDay), func(s *device.Snapshot) { s.Live.Setup.RestoreState = device.Unknown[string](device.WrongType) }),
		Unknown, "The state of a restore could not be read: the value had an unexpected type.", device.WrongType},
	{"running on record", well(detached, recorded(aDay, func(h *device.History) { h.Restore.Pending = device.Known(true) })), Problem, "A restore is still running, as of 2026-11-21, from a backup on this computer.", ""},
	{"running on record, and backed up since", well(detached, recorded(aDay, lastGoodWas(9*aDay), func(h *device.History) { h.Restore.Pending = device.Known(true) })), Warning, "The record says that a restore is still running, which may be a note left behind: the device has backed up before, as of 2026-11-21, from a backup on this computer.", ""},
	{"restored after the last backup", well(detached, recorded(aDay, lastGoodWas(9*aDay), func(h *device.History) {
		h.Restore.Pending, h.Restore.At = device.Known(true), device.Known(takenAt.Add(-3*aDay))
	})), Problem, "A restore is still running, as of 2026-11-21, from a backup on this computer.", ""},
	{"not readable on record", well(detached, recorded(aDay, func(h *device.History) { h.Restore.Pending = device.Unknown[bool](device.WrongType) })), Unknown, "The state of set-up and restore could not be read: the value had an unexpected type.", device.WrongType},
	{"not set up on record", well(detached, recorded(aDay, func(h *device.History) { h.SetupDone = device.Known(false) })), Problem, "The set-up of the device is not finished, as of 2026-11-21, from a backup on this computer.", ""},
	{"done on record", well(detached, recorded(aDay, func(h *device.History) {
		h.Restore.Pending, h.SetupDone = device.Known(false), device.Known(true)
	})), OK, "Set-up is done and no restore is running, as of 2026-11-21, from a backup on this computer.", ""},
	{"running three weeks ago", well(detached, recorded(21*aDay, func(h *device.History) { h.Restore.Pending = device.Known(true) })), Warning, "A restore is still running, as of 2026-11-01, 21 days ago, from a backup on this computer.", ""},
	{"a backup completed since", well(detached, recorded(3*aDay, func(h *device.History) { h.Restore.Pending = device.Known(true) }), recorded(2*aDay, lastGoodWas(2*aDay+time.Hour))), OK, "A backup had completed 1 hour before 2026-11-20, the date of a backup on this computer, so no restore was running.", ""},
	{"212 of a device that is not here", well(detached, recorded(aDay, failed(2*aDay, 212))), Problem, "The newest attempt at an iCloud backup, on 2026-11-20, failed: The set-up of the device has not been finished (MBErrorDomain/212), as of 2026-11-21, from a backup on this computer.", ""},
}

func restoreSays(state string) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.Setup.RestoreState = device.Known(state) }
}

func activation(state string) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.ActivationState = device.Known(state) }
}
