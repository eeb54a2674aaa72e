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

// freshFor is how long the answer to Options.BackupRuns counts: about as long as a device is
// read. Where asking takes long it counts for restFor times that, so that asking takes a
// twentieth of one core at most.
const (
	freshFor = 200 * time.Millisecond
	restFor  = 20
)

// Options say how many visits are made at a time.
type Options struct {
	Jobs       int           // at a time; 0 to begin with Usual, and to adapt
	Open       int           // under way at most, those that wait for a silent device among them
	Patience   time.Duration // after which a visit gives its place to the next; 0 for the usual
	BackupRuns func() bool   // asked before each rise, unless it just was; nil if none ever runs
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
// Where the number is not given it rises like the window of a TCP connection that starts: by
// one with each sign that a hub bears what it has to do, once a device had to wait for a place.
// A device gives two, the first when its session has begun, the second when it has been read. At the
// first device that breaks off for a reason that may pass, or outlasts the patience, the number
// falls back to Usual and stays there until there is nothing left to do. It falls back too when
// a backup begins on this computer, and rises again once that is over.
type Workers struct {
	options Options
	visits  sync.WaitGroup

	mu      sync.Mutex
	freed   *sync.Cond // there may be a place
	limit   int        // places
	placed  int        // visits that hold one
	open    int        // visits under way
	waiting int        // visits that wait for a place
	crowded bool       // a visit had to wait since there was nothing to do
	calm    bool       // all devices have answered well since there was nothing to do
	used    Used

	asking   bool      // BackupRuns is being asked
	earned   int       // places to add when it has answered no
	busy     bool      // its last answer
	freshTo  time.Time // when that answer is to be asked for again
	mostEver int       // places at most
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
		w.crowded = true
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
		w.calm, w.crowded, w.earned, w.limit = true, false, 0, min(w.options.Open, Usual)
	}
	w.freed.Broadcast()
}

// Answered says that a device that is being visited has answered well so far. A visit says it
// once at most.
func (w *Workers) Answered() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.riseLocked()
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
	if !w.used.Adaptive || !w.calm || !w.crowded {
		return
	}
	if w.options.BackupRuns == nil || time.Now().Before(w.freshTo) {
		w.answerLocked(1)
		return
	}
	w.earned++
	if w.asking {
		return
	}
	w.asking = true
	w.visits.Go(func() {
		began := time.Now()
		busy := w.options.BackupRuns()
		w.mu.Lock()
		defer w.mu.Unlock()
		answered := time.Now()
		w.asking, w.busy, w.freshTo = false, busy, answered.Add(max(freshFor, restFor*answered.Sub(began)))
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
