package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(advancedDataProtection, advancedDataProtectionJudgements)

var advancedDataProtectionJudgements = []judgement{
	{"new enough", well(), OK, "iOS 26.6.1 supports Advanced Data Protection.", ""},
	{"first that can", well(running("16.2", "20C65")), OK, "iOS 16.2 supports Advanced Data Protection.", ""},
	{"too old", well(running("16.1.2", "20B110")), Ask, "iOS 16.1.2 does not support Advanced Data Protection.", ""},
	{"no version", well(withoutVersion), Unknown, "The installed version could not be read: the device did not answer in time.", device.Timeout},
}
