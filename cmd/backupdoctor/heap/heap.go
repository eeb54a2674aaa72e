// Package heap bounds the memory of this process by collecting garbage in time.
package heap

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// Bounds on memory of a run over backups. Garbage is collected once the heap and what Go needs
// besides have reached leastMemory, and after that each time the heap has grown by half. With
// Go's default, a run over thousands of backups would collect ten times as often while its heap is
// small, and need more than 100 MB in the end; 25 MB more are the program itself.
const (
	leastMemory = 50 << 20
	heapGrowth  = 50 // percent, as in GOGC
)

var keepSmall sync.Once

// KeepSmall applies these bounds, unless the environment sets GOGC or GOMEMLIMIT.
func KeepSmall(getenv func(string) string) {
	if getenv("GOGC") == "" && getenv("GOMEMLIMIT") == "" {
		keepSmall.Do(func() {
			debug.SetMemoryLimit(leastMemory)
			debug.SetGCPercent(-1)
			limitAgain()
		})
	}
}

// limitAgain sets the memory limit after each garbage collection. If it comes late, garbage is
// collected too often, and never too rarely.
func limitAgain() {
	runtime.AddCleanup(&struct{ any *int }{}, func(int) {
		debug.SetMemoryLimit(memoryLimit())
		limitAgain()
	}, 0)
}

// memoryLimit returns the limit at which the heap has grown by heapGrowth.
func memoryLimit() int64 {
	values := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"},
		{Name: "/memory/classes/heap/released:bytes"}, {Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
	}
	metrics.Read(values)
	live := values[0].Value.Uint64()
	besides := values[1].Value.Uint64()
	for _, heap := range values[2:] {
		besides -= min(besides, heap.Value.Uint64())
	}
	return int64(min(max(leastMemory, besides+live+live*heapGrowth/100), math.MaxInt64))
}
