// Package words formats numbers and times for people, consistently in all output.
package words

import (
	"fmt"
	"strconv"
	"time"
)

const day = 24 * time.Hour

// Count formats a number of things; thing is the singular, whose plural ends in s.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// MomentLayout is the layout of times.
const MomentLayout = "2006-01-02 15:04 MST"

// Moment formats a time to the minute, in its own zone.
func Moment(t time.Time) string { return t.Format(MomentLayout) }

// Date formats the date of a time, in its own zone.
func Date(t time.Time) string { return t.Format(time.DateOnly) }

// Days returns the number of whole days in a duration.
func Days(d time.Duration) int { return int(d / day) }

// Duration formats a duration or age in a single unit: minutes below an hour, hours below two
// days, else whole days. A negative age counts as less than a minute.
func Duration(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return Count(int(d/time.Minute), "minute")
	case d < 2*day:
		return Count(int(d/time.Hour), "hour")
	default:
		return Count(Days(d), "day")
	}
}

// Ago formats how long before now a time was, "" if it is unknown. Less than a minute in the
// future counts as just now, because clocks differ.
func Ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return ""
	case d < -time.Minute:
		return "in the future"
	case d < time.Minute:
		return "just now"
	default:
		return Duration(d) + " ago"
	}
}

// Number formats a number with a comma between thousands: 48,212.
func Number(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
