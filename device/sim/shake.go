package sim

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// A move plugs one device in or pulls it out.
type move struct {
	at     time.Duration // since the start
	device int
	in     bool
}

// maxPulled is the maximum number of times a device is pulled out.
const maxPulled = 3

// Shake plugs devices in and pulls them out at random, each up to three times, and leaves all of
// them plugged in. Two moves of a device are at most longest apart. The same seed produces the
// same moves in the same order. Shake returns when all devices are plugged in, or with the error
// of ctx.
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

// moves generates the moves for the given number of devices.
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
