package hub

import (
	"math"
	"runtime/debug"
	"testing"
)

// TestLimitHeap is not parallel: the limit is one of the whole process.
func TestLimitHeap(t *testing.T) {
	of := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(of)
	for before, during := range map[int64]int64{math.MaxInt64: heapLimit, 1 << 40: 1 << 40} {
		debug.SetMemoryLimit(before)
		restore := limitHeap()
		if limit := debug.SetMemoryLimit(-1); limit != during {
			t.Errorf("after a limit of %d, a hub runs with %d, want %d", before, limit, during)
		}
		restore()
		if limit := debug.SetMemoryLimit(-1); limit != before {
			t.Errorf("a limit of %d is %d after the hub has stopped", before, limit)
		}
	}
}
