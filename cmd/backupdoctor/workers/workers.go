// Package workers examines devices side by side, as many at a time as the hubs bear.
package workers

import (
	"cmp"
	"runtime"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// Usual is how many devices are examined at a time to begin with. A computer could read
// many more; it is the hubs of which some fail above ten.
const Usual = 10

// patience is how long a visit keeps its place. A healthy device is read in a tenth of
// that; one that takes longer is mostly silent, and burdens no hub.
const patience = 3 * time.Second

// freshFor is how long the answer to Options.BackupRuns counts.
const freshFor = 2 * time.Second

// Options say how many visits are made at a time.
type Options struct {
	Jobs       int           // at a time; 0 to begin with Usual, and to adapt
	Open       int           // under way at most, those that wait for a silent device among them
	Patience   time.Duration // after which a visit gives its place to the next; 0 for the usual
	BackupRuns func() bool   // asked before more than Usual are made; nil if none ever runs
}

// Used is what became of Options.
type Used struct {
	Most     int           // visits at a time at most
	Adaptive bool          // the number was not given
	FellBack device.Reason // why the number fell back to Usual or never rose; "" if it did not
	HeldBack bool          // it did not rise because a backup ran on this computer
}

// Workers make visits, some at a time.
//
// Where the number is not given it rises by one with each device that answers well while
// another waits. At the first that breaks off for a reason that may pass, or outlasts the
// patience, it falls back to Usual and stays there until there is nothing left to do.
type Workers struct {
	options Options
	visits  sync.WaitGroup

	mu      sync.Mutex
	freed   *sync.Cond // there may be a place
	limit   int        // places
	placed  int        // visits that hold one
	open    int        // visits under way
	waiting int        // visits that wait for a place
	calm    bool       // all devices have answered well since there was nothing to do
	used    Used

	asking   bool // BackupRuns is being asked
	earned   int  // places to add when it has answered no
	busy     bool // its last answer
	askedAt  time.Time
	mostEver int // places at most
}

// Start makes workers that have nothing to do yet.
func Start(o Options) *Workers {
	o.Open = max(1, o.Open)
	o.Patience = cmp.Or(o.Patience, patience)
	w := &Workers{options: o, calm: true, mostEver: min(o.Open, max(Usual, 32*runtime.NumCPU()))}
	w.freed = sync.NewCond(&w.mu)
	w.used.Adaptive = o.Jobs == 0
	w.limit = min(o.Open, cmp.Or(o.Jobs, Usual))
	return w
}

// Each makes a visit for every number below n, and returns when the last is over.
func (w *Workers) Each(n int, visit func(i int) device.Reason) {
	for i := range n {
		w.Send(func() device.Reason { return visit(i) })
	}
	w.Wait()
}

// Send makes a visit as soon as there is a place for it, and does not wait for its end. The
// visit returns why the device broke off, "" if it did not.
func (w *Workers) Send(visit func() device.Reason) {
	w.mu.Lock()
	w.waiting++
	for w.placed >= w.limit || w.open >= w.options.Open {
		w.freed.Wait()
	}
	w.waiting--
	w.placed++
	w.open++
	w.used.Most = max(w.used.Most, w.placed)
	w.mu.Unlock()
	w.visits.Go(func() { w.make(visit) })
}

func (w *Workers) make(visit func() device.Reason) {
	leave := sync.OnceFunc(func() { w.placed-- }) // under the lock
	tired := time.AfterFunc(w.options.Patience, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		leave()
		w.fallBackLocked(device.Timeout)
	})
	reason := visit()
	inTime := tired.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	leave()
	w.open--
	switch {
	case reason.Transient():
		w.fallBackLocked(reason)
	case inTime:
		w.riseLocked()
	}
	if w.open == 0 && w.waiting == 0 && w.used.Adaptive {
		w.calm, w.earned, w.limit = true, 0, min(w.options.Open, Usual)
	}
	w.freed.Broadcast()
}

func (w *Workers) fallBackLocked(why device.Reason) {
	if w.used.Adaptive {
		w.calm, w.earned, w.limit = false, 0, min(w.limit, Usual)
		w.used.FellBack = cmp.Or(w.used.FellBack, why)
	}
	w.freed.Broadcast()
}

// riseLocked adds a place, if one is wanted and no backup runs.
func (w *Workers) riseLocked() {
	if !w.used.Adaptive || !w.calm || w.waiting == 0 || w.limit >= w.mostEver {
		return
	}
	if w.options.BackupRuns == nil {
		w.limit++
		return
	}
	if time.Since(w.askedAt) < freshFor {
		w.answerLocked(1)
		return
	}
	w.earned++
	if w.asking {
		return
	}
	w.asking = true
	w.visits.Go(func() {
		busy := w.options.BackupRuns()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.asking, w.busy, w.askedAt = false, busy, time.Now()
		w.answerLocked(w.earned)
		w.earned = 0
		w.freed.Broadcast()
	})
}

func (w *Workers) answerLocked(places int) {
	if w.busy {
		w.used.HeldBack = true
		w.limit = min(w.limit, Usual)
		return
	}
	w.limit = min(w.limit+places, w.mostEver)
}

// Wait returns when the last visit is over.
func (w *Workers) Wait() { w.visits.Wait() }

// Used is what was used so far.
func (w *Workers) Used() Used {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.used
}
