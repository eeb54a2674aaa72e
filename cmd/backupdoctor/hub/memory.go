package hub

import (
	"math"
	"runtime/debug"
)

// heapLimit is how much memory the Go runtime may use before it collects garbage more often, in
// bytes. Without it, garbage may double a peak of use, as when many people read the pages while
// reports arrive. The limit is a soft one, and the program itself and SQLite's caches come on top.
const heapLimit = 128 << 20

// limitHeap sets heapLimit until restore is called, unless GOMEMLIMIT sets another limit.
func limitHeap() (restore func()) {
	before := debug.SetMemoryLimit(-1)
	if before != math.MaxInt64 {
		return func() {}
	}
	debug.SetMemoryLimit(heapLimit)
	return func() { debug.SetMemoryLimit(before) }
}
