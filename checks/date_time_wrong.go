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
	Doc: `Apple's servers identify themselves with certificates that are valid for a limited time. With a wrong clock the device rejects them, and no backup starts.

Judged against this computer's clock, with half the time of the round trip taken off: more than 5 minutes apart is a warning, more than a day a problem. Where at least three devices of one run differ from this computer by about the same amount, and no more agree with it, it is this computer's clock that is in doubt: that is reported once for the run, and the clock of each device stays unknown unless it differs from the others as well. A clock that is in doubt proves no age.
Whether the date is set automatically cannot be read.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleEnterpriseNetworks},
	Remedies: []remedies.ID{remedies.SetDateAutomatically},
	Explains: []string{"never-backed-up", "backup-stale"},
	Judge:    judgeClock,
}

// clockApart returns how far the device's clock is ahead of this computer's if that is more
// than a day; dates written by the device may be wrong by as much.
func clockApart(s device.Snapshot) (ahead time.Duration, wrong bool) {
	skew, err := live(s).ClockSkewSeconds.Get()
	if err != nil {
		return 0, false
	}
	ahead = skewDuration(skew)
	return ahead, ahead.Abs() > clockWrong
}

// skewDuration converts a clock difference, limited to a century: no clock is off by more, and
// more overflows a Duration.
func skewDuration(seconds float64) time.Duration {
	const century = 100 * 365 * 24 * 3600
	return time.Duration(min(max(seconds, -century), century) * float64(time.Second))
}

// agesOf returns the age of something dated by the device, by this computer's clock and by the
// device's, as a clause; "" if the clocks agree.
func agesOf(s device.Snapshot, age time.Duration) (both string, byDevice time.Duration, apart bool) {
	ahead, wrong := clockApart(s)
	if !wrong {
		return "", age, false
	}
	byDevice = age + ahead
	return fmt.Sprintf("%s old by this computer's clock, %s by the device's", aged(age), aged(byDevice)), byDevice, true
}

// aged formats an age that may be negative because of a wrong clock.
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

// clockReading returns how far the device's clock is ahead of this computer's, also in words.
func clockReading(s device.Snapshot) (ahead time.Duration, said string, evidence Evidence, err error) {
	skew, err := live(s).ClockSkewSeconds.Get()
	if err != nil {
		return 0, "", Evidence{}, err
	}
	ahead = skewDuration(skew)
	said = aheadOf(ahead, "this computer's")
	return ahead, said, read(s, "Device clock", said, "within 5 minutes of this computer's", "lockdown TimeIntervalSince1970"), nil
}

// aheadOf describes how two clocks differ.
func aheadOf(ahead time.Duration, other string) string {
	if ahead < 0 {
		return duration(-ahead) + " behind " + other
	}
	return duration(ahead) + " ahead of " + other
}

// HostClockNote says that this computer's clock is in doubt; "" if it is not. ahead is how far
// the devices' clocks are ahead of it.
func HostClockNote(ahead time.Duration, devices int) string {
	if devices < clockWitnesses {
		return ""
	}
	return "This computer's clock is " + aheadOf(-ahead, "those of "+count(devices, "device")) + ", by about the same amount: set it right and scan again."
}

// judgeDoubtedClock judges a device's clock while this computer's is in doubt. Only a clock
// that differs from this computer and from the other devices is known to be wrong.
func judgeDoubtedClock(s device.Snapshot, ahead, others time.Duration, evidence Evidence) []Finding {
	apart := ahead - others
	if ahead.Abs() <= clockDiffers || apart.Abs() <= clockDiffers {
		return []Finding{{
			Status: Unknown,
			Summary: fmt.Sprintf("Whether the device's clock is right is unknown: it is %s, and this computer's clock is in doubt, because those of %s differ from it by about the same amount.",
				aheadOf(ahead, "this computer's"), count(int(s.Tray.ClockDevices), "device")),
			Gap: device.Gap{Reason: device.Inconclusive}, Evidence: []Evidence{evidence},
		}}
	}
	summary := fmt.Sprintf("The device's clock is %s, and %s.", aheadOf(ahead, "this computer's"), aheadOf(apart, fmt.Sprintf("those of %d other devices", s.Tray.ClockDevices)))
	if min(ahead.Abs(), apart.Abs()) > clockWrong {
		return problem(summary, evidence)
	}
	return warning(summary, evidence)
}

func judgeClock(s device.Snapshot) []Finding {
	ahead, said, evidence, err := clockReading(s)
	if err != nil {
		return unknown(s, "The device's clock", err)
	}
	if others, doubted := trayClock(s); doubted {
		return judgeDoubtedClock(s, ahead, others, evidence)
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
