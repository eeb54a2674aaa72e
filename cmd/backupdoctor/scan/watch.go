package scan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"
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
		visitor: visitor{Examination: w.Examination, run: run}, until: w.Until, workers: workers.Start(w.Pool),
		examined: make(chan examined), accessed: make(chan accessed), trusted: make(chan *session),
		sessions: sessions{open: map[string]*session{}}, latest: map[string]int{}, network: map[string]device.LeftOut{},
	}
	run.StartOpen()
	watching.follow(ctx)
	l := Learned{Recording: run.Recording(append(watching.gaps, usb.Listing{Malformed: watching.malformed, Broken: watching.broken}.Gaps()...)...)}
	l.Recording.LeftOut = slices.SortedFunc(maps.Values(watching.network), func(a, b device.LeftOut) int { return cmp.Compare(a.UDID, b.UDID) })
	l.Recording.Jobs = jobsOf(watching.workers)
	return l, nil
}

// A watching is a watch under way. Only the goroutine that follows it touches it.
type watching struct {
	visitor
	until    int
	sessions sessions
	workers  *workers.Workers
	examined chan examined
	accessed chan accessed
	trusted  chan *session // of devices that may have come to trust this computer
	observed sync.WaitGroup
	sent     int  // examinations and questions that have not come back
	lost     bool // usbmuxd is away
	finished int  // visits

	network   map[string]device.LeftOut // devices that are on the network only and are left out, by UDID
	malformed int                       // entries of usbmuxd that cannot be understood
	broken    error                     // why announcements broke off where the list was taken; nil if none did

	latest map[string]int // number of the last finished visit of a device, by UDID
	gaps   []device.Gap
}

// examined is an examination that has ended.
type examined struct {
	session  *session
	snapshot device.Snapshot
	spent    time.Duration
}

// accessed is the answer of a device that was asked whether it can be read by now.
type accessed struct {
	session *session
	access  usb.Access
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
		case a := <-w.accessed:
			w.learn(ctx, a)
		case now := <-clock.C:
			w.again(ctx)
			w.observe(ctx)
			w.ask(ctx, now)
			w.endSessions(now)
		case s := <-w.trusted:
			s.askedAt = time.Time{}
			w.ask(ctx, time.Now())
		case err := <-failed:
			failed <- err // for the end
			stop()
		case <-ctx.Done():
		}
	}
	stop()
	for w.sent > 0 {
		select {
		case e := <-w.examined:
			w.took(ctx, e)
		case a := <-w.accessed:
			w.learn(ctx, a)
		}
	}
	for _, s := range w.sessions.open {
		w.end(s)
	}
	w.observed.Wait()
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
		if errors.Is(c.Lost, usb.ErrNoMux) {
			fmt.Fprintln(w.Screen, "usbmuxd is away: waiting for it to come back")
		} else {
			fmt.Fprintf(w.Screen, "usbmuxd broke off announcing devices: %s; waiting for it to recover\n", whyBroken(c.Lost))
		}
	case c.Back:
		w.lost = false
		fmt.Fprintln(w.Screen, "usbmuxd is back")
	case c.Broken != nil:
		w.broken = c.Broken
		fmt.Fprintf(w.Screen, "usbmuxd broke off announcing devices: %s; using its list until it recovers\n", whyBroken(c.Broken))
	case c.Malformed:
		w.malformed++
		fmt.Fprintln(w.Screen, "usbmuxd listed a device in a form that cannot be understood: it is left out")
	case c.Gone:
		delete(w.network, c.Attached.UDID)
		w.sessions.leaves(c.Attached.UDID, now)
	case c.Attached.Connection == device.Network && !w.Network:
		w.sessions.leaves(c.Attached.UDID, now)
		w.leaveOut(c.Attached)
	case c.Paired:
		if s, known := w.sessions.open[c.Attached.UDID]; known && s.here {
			s.paired = true
			w.examineAgain(ctx, s, awaitsTrust(s.last))
		}
	default:
		delete(w.network, c.Attached.UDID)
		s, first, examine := w.sessions.arrives(c.Attached, now)
		if first {
			w.run.Tell(s.number, report.DeviceAttached, w.Labels.labelled(c.Attached), report.Waiting)
		}
		if examine {
			w.send(ctx, s, report.Reading)
		}
	}
}

// whyBroken words what is wrong with usbmuxd, where the reason alone would be read as that of a
// device.
func whyBroken(err error) string {
	switch gap := device.GapOf(err); gap.Reason {
	case device.Detached, device.Unreachable:
		return "it hung up"
	case device.Timeout:
		return "it did not answer in time"
	default:
		return gap.Error()
	}
}

// leaveOut says of a device on the network, once, that it is not examined.
func (w *watching) leaveOut(a usb.Attached) {
	if _, known := w.network[a.UDID]; !known {
		fmt.Fprintf(w.Screen, "%q is on Wi-Fi only and is left out; --network examines it\n", a.UDID)
	}
	w.network[a.UDID] = device.LeftOut{UDID: a.UDID, Connection: a.Connection}
}

// askEvery is how often a device is asked whether it can be read by now.
const askEvery = 5 * time.Second

// ask asks the devices on a cable that could not be read in full, because they were locked or
// did not trust this computer, whether that has changed. Devices on the network are left alone:
// each question costs their battery.
func (w *watching) ask(ctx context.Context, now time.Time) {
	if w.lost {
		return
	}
	for _, s := range w.sessions.open {
		if !s.here || s.busy || !s.finished || s.asked || now.Sub(s.askedAt) < askEvery ||
			s.attached.Connection != device.USB || !awaitsTrust(s.last) && !awaitsUnlock(s.last) {
			continue
		}
		s.asked, s.askedAt = true, now
		w.sent++
		a := s.attached
		go w.workers.Send(func() device.Reason {
			w.accessed <- accessed{s, w.Door.Access(ctx, a)}
			return ""
		})
	}
}

// observe has the devices on a cable that do not trust this computer tell when that may have
// changed, so that it does not take until the next question. One that cannot tell is left with
// the questions.
func (w *watching) observe(ctx context.Context) {
	for _, s := range w.sessions.open {
		wanted := !w.lost && s.here && !s.busy && s.finished && s.attached.Connection == device.USB && awaitsTrust(s.last)
		if !wanted || s.observedAs != s.attached.DeviceID {
			s.endObservation()
		}
		if !wanted || s.stopObserving != nil {
			continue
		}
		observing, stop := context.WithCancel(ctx)
		a := s.attached
		s.stopObserving, s.observedAs = stop, a.DeviceID
		w.observed.Go(func() {
			_ = w.Door.ObserveTrust(observing, a, func() {
				select {
				case w.trusted <- s:
				case <-observing.Done():
				}
			})
		})
	}
}

// learn takes in what a device said when it was asked whether it can be read by now.
func (w *watching) learn(ctx context.Context, a accessed) {
	w.sent--
	s := a.session
	s.asked = false
	trusted, _ := a.access.Trusted.Get()
	locked, err := a.access.Locked.Get()
	w.examineAgain(ctx, s, trusted && awaitsTrust(s.last) || err == nil && !locked && awaitsUnlock(s.last))
}

// examineAgain examines a device on the same visit once more, now that more of it can be read.
func (w *watching) examineAgain(ctx context.Context, s *session, readable bool) {
	if !readable || !s.here || s.busy || !s.finished || ctx.Err() != nil {
		return
	}
	s.finished, s.busy, s.paired = false, true, false
	s.tries, s.spent, s.cut = 0, 0, nil
	w.send(ctx, s, report.Reading)
}

// awaitsTrust is true of a device that would tell more if it trusted this computer.
func awaitsTrust(s device.Snapshot) bool {
	if s.Live == nil {
		return false
	}
	_, err := s.Live.Trusted.Get()
	switch device.GapOf(err).Reason {
	case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale, device.TrustForbidden, device.Locked:
		return true
	}
	return false
}

// awaitsUnlock is true of a device that was locked.
func awaitsUnlock(s device.Snapshot) bool {
	if s.Live == nil {
		return false
	}
	locked, _ := s.Live.LockedNow.Get()
	return locked
}

// send has a device examined; the result comes to w.examined. All tries together take no longer
// than one device may.
func (w *watching) send(ctx context.Context, s *session, state string) {
	w.sent++
	s.tries++
	a, number := s.attached, s.number
	door := w.Door.Over(a.Connection)
	door.Timeout = door.Limit() - s.spent
	go w.workers.Send(func() device.Reason {
		set := FindBackups(ctx, w.Places)
		set.Keep(func(st StoredBackup) bool { return st.IsOfOne([]string{a.UDID}) })
		var refused error
		attached := []usb.Attached{a}
		if w.Pair {
			w.askForTrust(ctx, w.strangers(ctx, attached), func(_ stranger, refusal error) { refused = refusal })
		}
		w.run.Tell(number, report.DeviceState, w.Labels.labelled(attached[0]), state)
		began := time.Now()
		snapshot := w.read(ctx, door, attached[0])
		w.complete(ctx, number, &snapshot, set)
		explainDistrust(&snapshot, refused)
		w.examined <- examined{s, snapshot, time.Since(began)}
		return snapshot.Live.Ended.Reason
	})
}

// took takes in what an examination told. What becomes of one that was cut off turns out
// with the next news: perhaps the device is being pulled out.
func (w *watching) took(ctx context.Context, e examined) {
	w.sent--
	s, snapshot := e.session, e.snapshot
	s.busy = false
	s.spent += e.spent
	if s.cut != nil {
		snapshot = better(*s.cut, snapshot)
	}
	if !e.snapshot.Live.Ended.Reason.Transient() || ctx.Err() != nil {
		w.finish(s, snapshot)
		w.examineAgain(ctx, s, s.paired && awaitsTrust(snapshot)) // it was paired meanwhile
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
		if s.tries >= 2 || s.spent >= w.Door.Over(s.attached.Connection).Limit() {
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
	if s.last.Device.UDID == "" { // it is not examined again on the same visit
		w.finished++
	}
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
	s.endObservation()
	if !s.finished && s.cut != nil {
		w.finish(s, *s.cut)
	}
}
