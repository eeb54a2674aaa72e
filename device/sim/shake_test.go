package sim

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Every device alternates between in and out, is pulled out at most three times, and ends up
// plugged in. The same seed always produces the same moves.
func TestMoves(t *testing.T) {
	const devices, longest = 50, time.Second
	vain := map[int]int{} // number of devices by how often they were pulled out
	for seed := range uint64(20) {
		all := moves(rand.New(rand.NewPCG(seed, 0)), longest, devices)
		if again := moves(rand.New(rand.NewPCG(seed, 0)), longest, devices); !slices.Equal(all, again) {
			t.Fatalf("seed %d makes different moves", seed)
		}
		in, pulled, last := make([]bool, devices), make([]int, devices), make([]time.Duration, devices)
		for i, m := range all {
			if m.in == in[m.device] || m.at < last[m.device] || m.at > last[m.device]+longest {
				t.Fatalf("seed %d: %+v when in is %v, %v after the last move", seed, m, in[m.device], m.at-last[m.device])
			}
			if i > 0 && m.at < all[i-1].at {
				t.Fatalf("seed %d: moves are not in order", seed)
			}
			if in[m.device], last[m.device] = m.in, m.at; !m.in {
				pulled[m.device]++
			}
		}
		if slices.Contains(in, false) {
			t.Errorf("seed %d leaves devices out", seed)
		}
		for _, n := range pulled {
			vain[n]++
		}
	}
	if len(vain) != maxPulled+1 {
		t.Errorf("devices were pulled out so often: %v; want from 0 to %d times", vain, maxPulled)
	}
}

func TestShakeEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var tray Tray
	if err := tray.Shake(ctx, rand.New(rand.NewPCG(1, 1)), time.Hour, &Device{}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func TestHubLocation(t *testing.T) {
	for _, test := range []struct {
		hub, port int
		want      uint32
	}{
		{1, 1, 0x14110000}, {1, 6, 0x14160000}, {1, 7, 0x14171000}, {2, 13, 0x14277100}, {15, 30, 0x14f77776},
	} {
		if got := HubLocation(test.hub, test.port); got != test.want {
			t.Errorf("port %d of hub %d is at %#x, want %#x", test.port, test.hub, got, test.want)
		}
	}
	last := uint32(0)
	for hub := 1; hub <= 15; hub++ {
		for port := 1; port <= 30; port++ {
			if at := HubLocation(hub, port); at <= last {
				t.Errorf("port %d of hub %d is at %#x, behind %#x", port, hub, at, last)
			} else {
				last = at
			}
		}
	}
}
