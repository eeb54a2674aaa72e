package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(iosRegression, iosRegressionJudgements)

var iosRegressionJudgements = []judgement{
	{"not listed", well(), OK, "iOS 26.6.1 is not on the list of releases with a known fault in iCloud Backup.", ""},
	{"listed, and backups off", well(switchedOff, running("16.3", "20D47")), Problem, "iOS 16.3 switched iCloud Backup off by itself for some people, or would not let it be switched on, and on this device it is off.", ""},
	{"listed", well(running("16.3", "20D47")), Warning, "iOS 16.3 switched iCloud Backup off by itself for some people, or would not let it be switched on.", ""},
	{"mended", well(running("16.3.1", "20D67")), OK, "iOS 16.3.1 is not on the list of releases with a known fault in iCloud Backup.", ""},
	{"no version", well(withoutVersion), Unknown, "The installed version could not be read: the device did not answer in time.", device.Timeout},
}
