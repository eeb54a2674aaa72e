package device

import "time"

// NewBackup returns the date of the last good iCloud backup in a snapshot, if that backup was made
// since a time. before is the date that was read at that time, or why none was.
//
// A date later than before is new, unless it is more than backupClocks before since. An earlier
// date, as after the device's clock was set back, or one without a date to compare it with, is new
// if it is between since and the time of the snapshot by this computer's clock.
func NewBackup(before Fact[time.Time], since time.Time, s Snapshot) (date time.Time, is bool) {
	if s.Live == nil {
		return time.Time{}, false
	}
	date, err := s.Live.CloudBackup.Last.Get()
	if err != nil {
		return time.Time{}, false
	}
	made, since := date.Add(-aheadOf(*s.Live)), since.Truncate(time.Second)
	switch was, err := before.Get(); {
	case err == nil && date.After(was):
		is = !made.Before(since.Add(-backupClocks))
	case err == nil && date.Equal(was):
	default:
		is = !made.Before(since) && !made.After(s.TakenAt.Add(time.Minute))
	}
	return date, is
}

// backupClocks is how long before since a backup with a later date than before may seem to have been
// made: the device's clock may be wrong by an unknown amount.
const backupClocks = 24 * time.Hour

// aheadOf returns how far a device's clock is ahead of this computer's, in minutes; 0 if unknown.
func aheadOf(l Live) time.Duration {
	skew, _ := l.ClockSkewSeconds.Get()
	const century = 100 * 365 * 24 * 3600 // no clock is off by more, and more overflows a Duration
	return time.Duration(min(max(skew, -century), century) * float64(time.Second)).Round(time.Minute)
}
