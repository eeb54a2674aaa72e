package checks

import (
	"math"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(dateTimeWrong, dateTimeWrongJudgements)

var dateTimeWrongJudgements = []judgement{
	{"right", well(), OK, "The device's clock agrees with this computer's.", ""},
	{"five minutes", well(skewed(-300)), OK, "The device's clock agrees with this computer's.", ""},
	{"a little behind", well(skewed(-301)), Warning, "The device's clock is 5 minutes behind this computer's.", ""},
	{"hours ahead", well(skewed(7 * 3600)), Warning, "The device's clock is 7 hours ahead of this computer's.", ""},
	{"years behind", well(skewed(-1024 * 7 * 24 * 3600)), Problem, "The device's clock is 7168 days behind this computer's.", ""},
	{"beyond every clock", well(skewed(math.MaxFloat64)), Problem, "The device's clock is 36500 days ahead of this computer's.", ""},
	{"no clock", well(func(s *device.Snapshot) { s.Live.ClockSkewSeconds = device.Unknown[float64](device.WrongType) }), Unknown,
		"The device's clock could not be read: the value had an unexpected type.", device.WrongType},
}

func skewed(seconds float64) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.Live.ClockSkewSeconds = device.Known(seconds) }
}
