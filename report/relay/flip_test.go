package relay

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// flipBits flips bits in the files of a folder, at random places, and returns how many.
func flipBits(t *testing.T, dir string, random *rand.Rand) (flipped int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		bytes, err := os.ReadFile(path)
		if err != nil || len(bytes) == 0 || random.IntN(2) == 0 {
			return err
		}
		for range 1 + random.IntN(3) {
			bytes[random.IntN(len(bytes))] ^= 1 << random.IntN(8)
			flipped++
		}
		return os.WriteFile(path, bytes, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return flipped
}

// TestBitsOfAStreamAreFlipped flips bits in the files of a hub's stream that holds reports, while
// the hub is down. It starts again, each report arrives once, and nothing counts as received that
// was not.
func TestBitsOfAStreamAreFlipped(t *testing.T) {
	t.Parallel()
	times := 2
	if os.Getenv("BACKUPDOCTOR_LONG") != "" {
		times = 40
	}
	random := sampling(t)
	for range times {
		flipped(t, random)
	}
}

// TestDamagedBlock flips one bit in the middle of the accounts that nodes share.
func TestDamagedBlock(t *testing.T) {
	t.Parallel()
	flippedBy(t, func(t *testing.T, dir string) int {
		blocks, err := filepath.Glob(filepath.Join(dir, "jetstream", "*", "streams", "KV_"+claimsBucket, "msgs", "*.blk"))
		if err != nil || len(blocks) == 0 {
			t.Fatal(blocks, err)
		}
		for _, block := range blocks {
			bytes, err := os.ReadFile(block)
			if err != nil {
				t.Fatal(err)
			}
			bytes[len(bytes)/2] ^= 4
			if err := os.WriteFile(block, bytes, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return len(blocks)
	})
}

func flipped(t *testing.T, random *rand.Rand) {
	flippedBy(t, func(t *testing.T, dir string) int { return flipBits(t, dir, random) })
}

// flippedBy damages the files of a stopped hub, whose stream has reports of a bench, and checks that
// all arrive.
func flippedBy(t *testing.T, damage func(t *testing.T, dir string) (flipped int)) {
	f := newFleet(t, "north")
	s := shelf{down: os.ErrDeadlineExceeded}
	hub := f.hub(t, &s)
	stop := running(t, hub.Run)
	bench := f.bench(t, "north", hub.Listen)
	stopBench := running(t, bench.Run)
	ids := publish(t, bench, 100)
	eventually(t, "the stream is full", func() bool {
		state, err := hub.State(t.Context())
		return err == nil && state.Waiting == window
	})
	stop()
	n := damage(t, hub.Dir)
	t.Logf("%d bits are flipped", n)
	s.refuseAll(nil)
	stop = running(t, hub.Run)
	ids = append(ids, publish(t, bench, 10)...)
	s.mustHold(t, ids)
	drained(t, bench)
	if state := benchState(t, bench); state.SetAside+state.Lost > 0 {
		t.Errorf("the bench shows %+v", state)
	}
	if aside := s.reasons(); len(aside) > 0 {
		t.Errorf("set aside were %v", aside)
	}
	stopBench()
	stop()
}
