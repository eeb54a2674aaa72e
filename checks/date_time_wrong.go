package checks

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var dateTimeWrong = &Check{
	ID:    "date-time-wrong",
	Short: "clock wrong",
	Title: "The device's clock is right",
	Doc: `Apple's servers prove who they are with certificates that hold for a span of time. With a wrong clock the device refuses them, and no backup starts.

Judged against this computer's clock, with half the time of the round trip taken off: more than 5 minutes apart is a warning, more than a day a problem. It is the computer's clock that may be the wrong one.
Whether the date is set automatically cannot be read.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleEnterpriseNetworks},
	Remedies: []remedies.ID{remedies.SetDateAutomatically},
	Explains: []string{"never-backed-up", "backup-stale"},
	Judge:    judgeClock,
}

// clockApart is how far the clock of the device is ahead of this computer's, where that is more
// than a day; dates that the device wrote may then be wrong by as much.
func clockApart(s device.Snapshot) (ahead time.Duration, wrong bool) {
	skew, err := live(s).ClockSkewSeconds.Get()
	if err != nil {
		return 0, false
	}
	const century = 100 * 365 * 24 * 3600 // more overflows a Duration
	ahead = time.Duration(max(-century, min(century, skew)) * float64(time.Second))
	return ahead, ahead.Abs() > clockWrong
}

// agesOf are the ages of something that the device dated, by this computer's clock and by the
// device's own, as a clause; "" while the two agree.
func agesOf(s device.Snapshot, age time.Duration) (both string, byDevice time.Duration, apart bool) {
	ahead, wrong := clockApart(s)
	if !wrong {
		return "", age, false
	}
	byDevice = age + ahead
	return fmt.Sprintf("%s old by this computer's clock, %s by the device's", aged(age), aged(byDevice)), byDevice, true
}

// aged writes an age that a wrong clock can turn negative.
func aged(age time.Duration) string {
	if age < 0 {
		return duration(-age) + " ahead"
	}
	return duration(age)
}

const (
	clockDiffers = 5 * time.Minute
	clockWrong   = 24 * time.Hour
)

// clockReading is how far the device's clock is ahead of this computer's, in words too.
func clockReading(s device.Snapshot) (ahead time.Duration, said string, evidence Evidence, err error) {
	skew, err := live(s).ClockSkewSeconds.Get()
	if err != nil {
		return 0, "", Evidence{}, err
	}
	const century = 100 * 365 * 24 * 3600 // no clock is further off, and more overflows a Duration
	ahead = time.Duration(min(max(skew, -century), century) * float64(time.Second))
	said = fmt.Sprintf("%s ahead of this computer's", duration(ahead))
	if ahead < 0 {
		said = fmt.Sprintf("%s behind this computer's", duration(-ahead))
	}
	return ahead, said, read(s, "Device clock", said, "within 5 minutes of this computer's", "lockdown TimeIntervalSince1970"), nil
}

func judgeClock(s device.Snapshot) []Finding {
	ahead, said, evidence, err := clockReading(s)
	if err != nil {
		return unknown(s, "The device's clock", err)
	}
	apart := ahead.Abs()
	summary := fmt.Sprintf("The device's clock is %s.", said)
	switch {
	case apart > clockWrong:
		return problem(summary, evidence)
	case apart > clockDiffers:
		return warning(summary, evidence)
	default:
		return ok("The device's clock agrees with this computer's.", evidence)
	}
}
