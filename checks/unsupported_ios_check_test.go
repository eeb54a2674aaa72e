package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(unsupportedIOS, unsupportedIOSJudgements)

var unsupportedIOSJudgements = []judgement{
	{"new enough", well(), OK, "iOS 26.6.1 can use iCloud Backup.", ""},
	{"first that can", well(running("9", "13A344")), OK, "iOS 9 can use iCloud Backup.", ""},
	{"too old", well(running("8.4.1", "12H321")), Problem, "iOS 8.4.1 is too old for iCloud Backup, which needs iOS 9 or later.", ""},
	{"too old for ever", well(running("7.1.2", "11D257"), newestIs("7.1.2", "7.1.2")), Problem,
		"iOS 7.1.2 is too old for iCloud Backup, which needs iOS 9 or later, and this model can run nothing newer than 7.1.2.", ""},
	{"no version", well(withoutVersion), Unknown, "The installed version could not be read: the device did not answer in time.", device.Timeout},
	{"not a version", well(running("eight", "12H321")), Unknown, "The installed version could not be read: the reply could not be understood.", device.Malformed},
}

// newestIs sets what the table of releases says about the model.
func newestIs(newest, sameMajor string) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		release, _ := s.Newest.Get() // well always has one
		release.Newest, release.SameMajor = newest, sameMajor
		s.Newest = device.Known(release)
	}
}
