package scan

import (
	"sync"
	"time"
)

// UsualJobs is how many devices are examined at a time unless --jobs says otherwise. A
// computer could read many more; it is the USB hubs that fail above ten, as people
// who handle carts of devices report.
const UsualJobs = 10

// patience is how long a visit keeps its place in the pool. A healthy device is read in a
// tenth of that; one that takes longer is mostly silent, and burdens no hub.
const patience = 3 * time.Second

// A Pool makes visits, some at a time.
type Pool struct {
	jobs     int           // visits under way that have not outlasted patience
	patience time.Duration // after which a visit gives its place to the next
	open     int           // visits under way at most, those that wait for a silent device among them
}

// NewPool bounds the visits under way by the files that this process may have open, too.
func NewPool(jobs int) Pool {
	return Pool{jobs: min(jobs, maxOpenVisits()), patience: patience, open: maxOpenVisits()}
}

// each makes a visit for every number below n, and returns when the last is over.
func (p Pool) each(n int, visit func(i int)) {
	workers := p.start()
	for i := range n {
		workers.send(func() { visit(i) })
	}
	workers.wait()
}

// workers make the visits of a pool.
type workers struct {
	patience time.Duration
	places   chan struct{}
	open     chan struct{}
	visits   sync.WaitGroup
}

func (p Pool) start() *workers {
	return &workers{patience: p.patience, places: make(chan struct{}, p.jobs), open: make(chan struct{}, p.open)}
}

// send makes a visit as soon as there is a place for it, and does not wait for its end.
func (w *workers) send(visit func()) {
	w.open <- struct{}{}
	w.places <- struct{}{}
	w.visits.Go(func() {
		leave := sync.OnceFunc(func() { <-w.places })
		impatient := time.AfterFunc(w.patience, leave)
		visit()
		impatient.Stop()
		leave()
		<-w.open
	})
}

// wait returns when the last visit is over.
func (w *workers) wait() { w.visits.Wait() }

// filesPerVisit is how many connections the examination of one device has open at most: one
// to lockdownd, one to usbmuxd for the pair record, and one to each service.
const filesPerVisit = 6

// otherFiles is how many files the rest of the program may have open: reports, the history,
// backups that are looked at.
const otherFiles = 48

// visitsWithin is how many visits fit into a limit of open files.
func visitsWithin(files uint64) int {
	if files <= otherFiles+filesPerVisit {
		return 1
	}
	return int(min((files-otherFiles)/filesPerVisit, mostVisits))
}

// mostVisits bounds the visits under way where the system does not.
const mostVisits = 512
