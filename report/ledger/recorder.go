package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// recorderTimeout is the longest time that a run waits for the history. Each timeout halves it
// until the history responds again, so that a run never waits for more than twice this time in a
// row.
const recorderTimeout = 5 * time.Second

// A Recorder stores a run as it progresses. Failures of the history never end a run: see
// [Recorder.Err]. It is safe for concurrent use.
type Recorder struct {
	store   *Store
	longest time.Duration // wait for the history

	mu        sync.Mutex
	run       Run
	timeout   time.Duration
	missed    int   // devices that could not be stored
	torn      bool  // earlier devices of this run were in a file that was damaged
	recovered bool  // and all of them were recovered
	err       error // first failure
}

// NewRecorder returns a recorder for one run. ID and start come from its first event; those in run
// are ignored.
func NewRecorder(store *Store, run Run) *Recorder {
	return &Recorder{store: store, run: run, longest: recorderTimeout, timeout: recorderTimeout}
}

// Hear stores the content of an event, and returns whether it stored a device. Interrupted runs
// are stored like any other.
func (r *Recorder) Hear(e report.Event) (stored bool) { return r.HearAndSend(e, nil) }

// HearAndSend is Hear, but also numbers the item to be sent for a finished device. If leaving
// fails, the device itself is still stored.
func (r *Recorder) HearAndSend(e report.Event, leaving func() (receipt.Item, error)) (stored bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.run.ID != e.Run {
		r.run.ID, r.run.Started = e.Run, e.At
	}
	switch {
	case e.Type == report.RunStart:
		r.run.Total = e.Total
		r.keep(func(ctx context.Context) error { return r.store.Begin(ctx, r.run) })
		prepareEncoders() // while the first device is read
	case e.Type == report.DeviceDone && e.Device != nil:
		if stored = r.keepDevice(e, leaving); !stored {
			r.missed++
		}
	case e.Type == report.RunSummary && e.Report != nil:
		summary := *e.Report
		summary.Partial = summary.Partial || r.torn && !r.recovered || r.missed > 0
		r.timeout = r.longest
		r.keep(func(ctx context.Context) error { return r.store.Finish(ctx, e.Run, e.At, summary) })
	}
	return stored
}

func (r *Recorder) keepDevice(e report.Event, leaving func() (receipt.Item, error)) bool {
	if leaving != nil {
		item, err := leaving()
		if err == nil {
			return r.keep(func(ctx context.Context) error { return r.store.AddAndSend(ctx, e.Run, *e.Device, item) })
		}
		r.err = cmp.Or(r.err, err)
	}
	return r.keep(func(ctx context.Context) error { return r.store.Add(ctx, e.Run, *e.Device) })
}

// keep performs one step. If the step finds no run, because it could not be begun or the file was
// set aside, keep begins the run and tries again.
func (r *Recorder) keep(step func(context.Context) error) bool {
	ctx, cancel := context.WithTimeout(context.Background(), r.timeout)
	defer cancel()
	err := step(ctx)
	found, broken := errors.AsType[*BrokenError](err)
	if broken {
		r.recovered = found.Recovery.Complete() && (r.recovered || !r.torn)
		r.torn = true
		r.err = cmp.Or(r.err, err)
	}
	if broken || errors.Is(err, ErrNoRun) {
		if err = r.store.Begin(ctx, r.run); err == nil {
			err = step(ctx)
		}
	}
	switch {
	case err == nil:
		r.timeout = r.longest
	case errors.Is(err, ErrBusy):
		r.timeout /= 2
	}
	r.err = cmp.Or(r.err, err)
	return err == nil
}

// Release releases an unfinished run, so that it can be resumed.
func (r *Recorder) Release() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return holds.release(r.store.path, r.run.ID)
}

// Err returns what went wrong, once the run is over: nil if all of it was stored.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.missed == 0 {
		return r.err
	}
	missing := "1 device is"
	if r.missed > 1 {
		missing = fmt.Sprintf("%d devices are", r.missed)
	}
	return fmt.Errorf("%s missing: %w", missing, r.err)
}
