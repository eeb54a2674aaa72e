package heap

import (
	"runtime"
	"testing"
)

// The limit leaves room for the heap to grow by half, and is never below the least.
func TestMemoryLimit(t *testing.T) {
	live := make([]byte, 3*leastMemory)
	runtime.GC()
	if got, want := memoryLimit(), int64(len(live)*3/2); got < want {
		t.Errorf("with %d bytes in use, the limit is %d, want at least %d", len(live), got, want)
	}
	runtime.KeepAlive(live)
	live = nil
	runtime.GC()
	if got := memoryLimit(); got < leastMemory {
		t.Errorf("the limit is %d, want at least %d", got, leastMemory)
	}
}
