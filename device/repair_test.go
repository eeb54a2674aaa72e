package device

import (
	"testing"
	"time"
)

// Only an iCloud backup that was made since a repair began ends it.
func TestConfirmed(t *testing.T) {
	began := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	const hour = time.Hour
	at := func(after time.Duration) Fact[time.Time] { return Known(began.Add(after)) }
	for name, c := range map[string]struct {
		before, last Fact[time.Time]
		skew         Fact[float64] // seconds ahead
		ends         bool
	}{
		"a later date":                             {at(-20 * hour), at(hour), Known(0.0), true},
		"the same date":                            {at(-20 * hour), at(-20 * hour), Known(0.0), false},
		"the first backup":                         {Unknown[time.Time](Absent), at(hour), Known(0.0), true},
		"still none":                               {Unknown[time.Time](Absent), Unknown[time.Time](Absent), Known(0.0), false},
		"first read later, from before":            {Unknown[time.Time](NeverPaired), at(-9 * hour), Known(0.0), false},
		"first read later, from the repair":        {Unknown[time.Time](NeverPaired), at(hour), Known(0.0), true},
		"the device's clock is behind":             {at(-20 * hour), at(-3 * hour), Known(-4 * 3600.0), true},
		"it is behind, and no date was known":      {Unknown[time.Time](Absent), at(-3 * hour), Known(-4 * 3600.0), true},
		"it is ahead, and no date was known":       {Unknown[time.Time](Absent), at(hour), Known(4 * 3600.0), false},
		"it was ahead until it was set right":      {at(71 * hour), at(hour), Known(0.2), true},
		"an earlier backup is the newest one left": {at(-hour), at(-5 * hour), Known(0.0), false},
		"a date in the future":                     {Unknown[time.Time](Implausible), at(90 * 24 * hour), Known(0.0), false},
		"the clock is unknown":                     {Unknown[time.Time](Absent), at(hour), Unknown[float64](Timeout), true},
		"a clock that no device has":               {Unknown[time.Time](Absent), at(hour), Known(1e300), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := Snapshot{TakenAt: began.Add(2 * hour), Live: &Live{ClockSkewSeconds: c.skew}}
			s.Live.CloudBackup.Last = c.last
			r := Repair{StartedAt: began.Add(300 * time.Millisecond), LastBackup: c.before}.Confirmed(s)
			if ended := !r.EndedAt.IsZero(); ended != c.ends || ended != (len(r.Events) == 1 && r.Events[0].Kind == RepairBackedUp) {
				t.Errorf("ended is %t, with %+v", ended, r.Events)
			}
		})
	}
	open := Repair{StartedAt: began}
	if r := open.Confirmed(Snapshot{TakenAt: began}); !r.EndedAt.IsZero() {
		t.Error("a device that was not read ends it")
	}
}
