package sim

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// A move is one device that is plugged in, or pulled out.
type move struct {
	at     time.Duration // since the beginning
	device int
	in     bool
}

// maxPulled is how often a device is pulled out again at most.
const maxPulled = 3

// Shake plugs devices in and pulls them out again, as restless people do at a tray: each up
// to three times, and then in for good. Between two moves of a device lies at most longest.
// One seed makes the same moves in the same order. It returns when all devices are in, or
// with the error of ctx.
func (t *Tray) Shake(ctx context.Context, random *rand.Rand, longest time.Duration, devices ...*Device) error {
	start := time.Now()
	for _, m := range moves(random, longest, len(devices)) {
		if sleep(time.Until(start.Add(m.at)), ctx.Done()) != nil {
			return ctx.Err()
		}
		if !m.in {
			t.Detach(devices[m.device].UDID())
		} else if err := t.Attach(devices[m.device]); err != nil {
			return err
		}
	}
	return nil
}

// moves decides what becomes of so many devices.
func moves(random *rand.Rand, longest time.Duration, devices int) []move {
	some := func() time.Duration { return time.Duration(random.Int64N(int64(longest) + 1)) }
	var all []move
	for device := range devices {
		at := some()
		for range random.IntN(maxPulled + 1) {
			out := at + some()
			all = append(all, move{at, device, true}, move{out, device, false})
			at = out + some()
		}
		all = append(all, move{at, device, true})
	}
	slices.SortStableFunc(all, func(a, b move) int { return cmp.Compare(a.at, b.at) })
	return all
}
