package scan

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// watched counts the visits that are under way.
type watched struct {
	now, most, visits atomic.Int64
}

func (w *watched) visit(length time.Duration) {
	now := w.now.Add(1)
	for most := w.most.Load(); now > most && !w.most.CompareAndSwap(most, now); most = w.most.Load() {
	}
	time.Sleep(length)
	w.now.Add(-1)
	w.visits.Add(1)
}

func TestPoolIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w watched
		Pool{jobs: 10, patience: time.Minute, open: 500}.each(100, func(int) { w.visit(time.Second) })
		if w.visits.Load() != 100 || w.most.Load() != 10 {
			t.Errorf("%d visits, %d at a time; want 100, 10", w.visits.Load(), w.most.Load())
		}
	})
}

// Stalled devices give their places away, so that the others are not held up by them.
func TestPoolDoesNotWaitForStalledDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var healthy time.Time
		var one sync.Mutex
		Pool{jobs: 2, patience: 3 * time.Second, open: 500}.each(40, func(i int) {
			if i < 4 {
				time.Sleep(time.Minute)
				return
			}
			time.Sleep(100 * time.Millisecond)
			one.Lock()
			defer one.Unlock()
			healthy = time.Now()
		})
		// Two pairs of stalled devices keep both places for their patience.
		if took, want := healthy.Sub(began), 2*3*time.Second+18*100*time.Millisecond; took != want {
			t.Errorf("the healthy devices took %v, want %v", took, want)
		}
		if took := time.Since(began); took > 70*time.Second {
			t.Errorf("all took %v: the stalled ones waited for each other", took)
		}
	})
}

// Even if all stall, no more are under way than files can be open.
func TestPoolIsBoundedByOpenFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w watched
		Pool{jobs: 10, patience: time.Second, open: 34}.each(200, func(int) { w.visit(time.Hour) })
		if w.visits.Load() != 200 || w.most.Load() != 34 {
			t.Errorf("%d visits, %d at a time; want 200, 34", w.visits.Load(), w.most.Load())
		}
	})
}

func TestVisitsWithin(t *testing.T) {
	for files, want := range map[uint64]int{0: 1, 16: 1, 54: 1, 64: 2, 256: 34, 1024: 162, 1 << 20: mostVisits, 1<<64 - 1: mostVisits} {
		if got := visitsWithin(files); got != want {
			t.Errorf("within %d open files %d visits, want %d", files, got, want)
		}
	}
}
