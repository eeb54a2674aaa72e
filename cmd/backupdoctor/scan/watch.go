package scan

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// Watch examines each device as it is plugged in.
type Watch struct {
	Examination
	Until int // visits after which it ends; 0 for none
}

// Learn implements [Source]. It goes on until ctx ends, or there have been enough visits.
func (w Watch) Learn(ctx context.Context, run *Run) (Learned, error) {
	watching := watching{
		visitor: visitor{Examination: w.Examination, run: run}, until: w.Until, workers: w.Pool.start(), examined: make(chan examined),
		sessions: sessions{open: map[string]*session{}}, latest: map[string]int{},
	}
	run.StartOpen()
	watching.follow(ctx)
	return Learned{Recording: run.Recording(watching.gaps...)}, nil
}

// A watching is a watch under way. Only the goroutine that follows it touches it.
type watching struct {
	visitor
	until    int
	sessions sessions
	workers  *workers
	examined chan examined
	sent     int  // examinations that have not come back
	lost     bool // usbmuxd is away
	finished int  // visits

	latest map[string]int // number of the last finished visit of a device, by UDID
	gaps   []device.Gap
}

// examined is an examination that has ended.
type examined struct {
	session  *session
	snapshot device.Snapshot
}

// follow takes in what happens until ctx ends, or there have been enough visits. Examinations
// that are under way then are cut off.
func (w *watching) follow(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	changes, failed := make(chan usb.Change), make(chan error, 1)
	var hearing sync.WaitGroup
	hearing.Go(func() {
		failed <- w.hear(ctx, func(c usb.Change) {
			select {
			case changes <- c:
			case <-ctx.Done():
			}
		})
	})
	clock := time.NewTicker(time.Second)
	defer clock.Stop()
	w.invite()
	for ctx.Err() == nil && !w.enough() {
		select {
		case c := <-changes:
			w.take(ctx, c)
		case e := <-w.examined:
			w.took(ctx, e)
		case now := <-clock.C:
			w.again(ctx)
			w.endSessions(now)
		case err := <-failed:
			failed <- err // for the end
			stop()
		case <-ctx.Done():
		}
	}
	stop()
	for w.sent > 0 {
		w.took(ctx, <-w.examined)
	}
	for _, s := range w.sessions.open {
		w.end(s)
	}
	hearing.Wait()
	if err := <-failed; err != nil {
		w.gaps = append(w.gaps, device.GapOf(err))
	}
}

// muxEvery is how often a usbmuxd that is not there is looked for.
const muxEvery = 2 * time.Second

// hear follows usbmuxd. One that is not there is waited for: on Linux it may come only with
// the first device. The error is then that there never was one.
func (w *watching) hear(ctx context.Context, tell func(usb.Change)) error {
	for told := false; ; told = true {
		err := w.Door.Watch(ctx, tell)
		if !errors.Is(err, usb.ErrNoMux) {
			return err
		}
		if !told {
			fmt.Fprintf(w.Screen, "usbmuxd is not there yet: waiting for it\nhint: %s\n", MuxHint(runtime.GOOS))
		}
		select {
		case <-time.After(muxEvery):
		case <-ctx.Done():
			return err
		}
	}
}

// enough is true when there have been as many visits as there are to be.
func (w *watching) enough() bool { return w.until > 0 && w.finished >= w.until }

// invite says below the devices what can be done.
func (w *watching) invite() {
	w.Screen.Note(fmt.Sprintf("finished: %s; plug in the next, or press Ctrl-C to end", words.Count(w.finished, "device")))
}

// take takes in what usbmuxd tells.
func (w *watching) take(ctx context.Context, c usb.Change) {
	now := time.Now()
	switch {
	case c.Lost != nil:
		w.lost = true
		fmt.Fprintln(w.Screen, "usbmuxd is away: waiting for it to come back")
	case c.Back:
		w.lost = false
		fmt.Fprintln(w.Screen, "usbmuxd is back")
	case c.Malformed:
		fmt.Fprintln(w.Screen, "usbmuxd told of a device in a form that cannot be understood: it is left out")
	case c.Gone, c.Attached.Connection == device.Network:
		w.sessions.leaves(c.Attached.UDID, now)
	case c.Paired:
	default:
		s, first, examine := w.sessions.arrives(c.Attached, now)
		if first {
			w.run.Tell(s.number, report.DeviceAttached, w.Labels.labelled(c.Attached), report.Waiting)
		}
		if examine {
			w.send(ctx, s, report.Reading)
		}
	}
}

// send has a device examined; the result comes to w.examined.
func (w *watching) send(ctx context.Context, s *session, state string) {
	w.sent++
	s.tries++
	a, number := s.attached, s.number
	go w.workers.send(func() {
		set := FindBackups(w.Places)
		set.Keep(func(st StoredBackup) bool { return st.IsOfOne([]string{a.UDID}) })
		var distrust map[string]error
		attached := []usb.Attached{a}
		if w.Pair {
			distrust = w.askForTrust(ctx, attached)
		}
		snapshot := w.visit(ctx, number, attached[0], state, set)
		explainDistrust(&snapshot, distrust[a.UDID])
		w.examined <- examined{s, snapshot}
	})
}

// took takes in what an examination told. What becomes of one that was cut off turns out
// with the next news: perhaps the device is being pulled out.
func (w *watching) took(ctx context.Context, e examined) {
	w.sent--
	s, snapshot := e.session, e.snapshot
	s.busy = false
	if s.cut != nil {
		snapshot = better(*s.cut, snapshot)
	}
	if !e.snapshot.Live.Ended.Reason.Transient() || ctx.Err() != nil {
		w.finish(s, snapshot)
		return
	}
	s.cut = &snapshot
	w.run.Tell(s.number, report.DeviceState, snapshot, report.Waiting)
}

// again examines devices once more that were cut off and are still there. Those that were
// cut off twice without being touched are finished with what they told.
func (w *watching) again(ctx context.Context) {
	if w.lost {
		return
	}
	for _, s := range w.sessions.waiting() {
		if s.tries >= 2 {
			w.finish(s, *s.cut)
			continue
		}
		s.busy = true
		w.send(ctx, s, report.Retrying)
	}
}

// finish hands a device over. Visits that finish after Until is reached are dropped.
func (w *watching) finish(s *session, snapshot device.Snapshot) {
	if w.enough() {
		return
	}
	if earlier, again := w.latest[snapshot.Device.UDID]; again {
		w.run.Replace(earlier)
	}
	w.latest[snapshot.Device.UDID] = s.number
	w.finished++
	s.finished, s.last = true, snapshot
	w.run.Done(s.number, snapshot)
	w.invite()
}

// endSessions ends the visits of devices that have been away for too long.
func (w *watching) endSessions(now time.Time) {
	for _, s := range w.sessions.over(now) {
		w.end(s)
		w.run.Tell(s.number, report.DeviceDetached, s.last, "")
	}
}

// end hands over a device that was cut off and did not come back.
func (w *watching) end(s *session) {
	if !s.finished && s.cut != nil {
		w.finish(s, *s.cut)
	}
}
