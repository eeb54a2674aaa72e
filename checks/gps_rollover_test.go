package checks

import "github.com/backupdoctor/backupdoctor/device"

var _ = enter(gpsRollover, gpsRolloverJudgements)

var gpsRolloverJudgements = []judgement{
	{"a later model", well(), OK, "The GPS rollover of 2019 does not touch this model.", ""},
	{"iPhone 5 with the fix", well(modelled("iPhone5,2"), running("10.3.4", "14G61")), OK, "iOS 10.3.4 has the fix for the GPS rollover of 2019.", ""},
	{"iPhone 5 without it", well(modelled("iPhone5,2"), running("10.3.3", "14G60")), Problem,
		"iOS 10.3.3 lacks the fix for the GPS rollover of 2019 that 10.3.4 has, without which this model loses the date and iCloud.", ""},
	{"iPhone 4s without it", well(modelled("iPhone4,1"), running("9.3.5", "13G36")), Warning,
		"iOS 9.3.5 lacks the fix for the GPS rollover of 2019 that 9.3.6 has, without which this model loses the date.", ""},
	{"iPhone 5c", well(modelled("iPhone5,3"), running("10.3.3", "14G60")), OK, "The GPS rollover of 2019 does not touch this model.", ""},
	{"no model", well(func(s *device.Snapshot) { s.Device.ProductType = device.Unknown[string](device.Absent) }), Unknown,
		"The model could not be read: the device has no such value.", device.Absent},
	{"no version", well(modelled("iPhone5,1"), withoutVersion), Unknown, "The installed version could not be read: the device did not answer in time.", device.Timeout},
}

func modelled(productType string) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Device.ProductType = device.Known(productType) }
}
