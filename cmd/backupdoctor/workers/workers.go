// Package workers examines devices concurrently, as many at a time as the USB hubs sustain.
package workers

import (
	"cmp"
	"runtime"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// Usual is how many devices are examined at a time to start with. A computer could read many
// more, but some hubs fail above ten.
const Usual = 10

// visitTimeout is how long a visit holds its slot. A healthy device is read in a tenth of that; a
// slower one is mostly silent, and puts no load on a hub.
const visitTimeout = 3 * time.Second

// freshFor is how long an answer of Options.BackupRuns is valid: about as long as reading a
// device takes. If asking is slow, the answer is valid for restFor times as long as asking
// took, so that asking uses at most a twentieth of one core.
const (
	freshFor = 200 * time.Millisecond
	restFor  = 20
)

// Options limits concurrent visits.
type Options struct {
	Jobs       int           // visits at a time; 0 to start with Usual and adapt
	Open       int           // limit on open visits, including those waiting for a silent device
	Timeout    time.Duration // after which a visit releases its slot; 0 for the default
	BackupRuns func() bool   // asked before each rise, unless asked recently; nil if no backup ever runs
}

// Used reports how Options were applied.
type Used struct {
	Most     int           // the most visits at a time
	Adaptive bool          // Options.Jobs was 0
	FellBack device.Reason // why the number fell back to Usual or never rose; "" if it did not
	HeldBack bool          // it did not rise because a backup ran on this computer
}

// Workers run a limited number of visits at a time.
//
// Without a fixed number, the limit rises like the congestion window of a TCP connection in
// slow start: by one with each sign that the hubs sustain the load, once a device had to wait.
// Each device gives three signs: when it has answered, when its session has begun, and when it
// has been read. At the first device that fails for a temporary reason or exceeds the timeout, the limit falls
// back to Usual and stays there until the workers are idle. It also falls back when a backup
// starts on this computer, and rises again after the backup.
type Workers struct {
	options Options
	visits  sync.WaitGroup

	mu      sync.Mutex
	freed   *sync.Cond // signals that a slot may be free
	limit   int        // number of slots
	placed  int        // visits that hold a slot
	open    int        // visits in progress
	waiting int        // visits that wait for a slot
	crowded bool       // a visit had to wait since the workers were last idle
	calm    bool       // all devices have answered well since the workers were last idle
	used    Used

	asking   bool      // BackupRuns is being called
	earned   int       // slots to add if it returns false
	busy     bool      // its last result
	freshTo  time.Time // when that result expires
	mostEver int       // the most slots so far
}

// Start returns idle workers.
func Start(o Options) *Workers {
	o.Open = max(1, o.Open)
	o.Timeout = cmp.Or(o.Timeout, visitTimeout)
	w := &Workers{options: o, calm: true, mostEver: min(o.Open, max(Usual, 32*runtime.NumCPU()))}
	w.freed = sync.NewCond(&w.mu)
	w.used.Adaptive = o.Jobs == 0
	w.limit = min(o.Open, cmp.Or(o.Jobs, Usual))
	return w
}

// Each runs visit for every number below n, and returns when all have finished.
func (w *Workers) Each(n int, visit func(i int) device.Reason) {
	for i := range n {
		w.Send(func() device.Reason { return visit(i) })
	}
	w.Wait()
}

// Send runs visit as soon as a slot is free, and waits for that but not for its end. visit
// returns why the device failed, or "".
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
	leave := sync.OnceFunc(func() { w.placed-- }) // with the lock held
	tired := time.AfterFunc(w.options.Timeout, func() {
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

// Answered reports that a device being visited has answered well so far.
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

// riseLocked adds a slot if one is wanted and no backup runs. w.mu must be held.
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

// Wait returns when all visits have finished.
func (w *Workers) Wait() { w.visits.Wait() }

// Used returns the usage so far.
func (w *Workers) Used() Used {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.used
}
