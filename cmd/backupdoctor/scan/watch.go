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
	Until int // number of visits after which it ends; 0 for no limit
}

// Learn implements [Source]. It returns when ctx ends or the number of visits is reached.
func (w Watch) Learn(ctx context.Context, run *Run) (Learned, error) {
	watching := watching{
		visitor: visitor{Examination: w.Examination, run: run}, until: w.Until, workers: workers.Start(w.Pool),
		examined: make(chan examined), accessed: make(chan accessed), trusted: make(chan *session),
		sessions: sessions{open: map[string]*session{}}, network: map[string]device.LeftOut{},
	}
	run.StartOpen()
	watching.follow(ctx)
	l := Learned{Recording: run.Recording(append(watching.gaps, usb.Listing{Malformed: watching.malformed, Broken: watching.broken}.Gaps()...)...)}
	l.Recording.LeftOut = slices.SortedFunc(maps.Values(watching.network), func(a, b device.LeftOut) int { return cmp.Compare(a.UDID, b.UDID) })
	l.Recording.Jobs = jobsOf(watching.workers)
	return l, nil
}

// A watching is a watch in progress. It is used by one goroutine, the one that runs follow.
type watching struct {
	visitor
	until    int
	sessions sessions
	workers  *workers.Workers
	examined chan examined
	accessed chan accessed
	trusted  chan *session // devices that may have come to trust this computer
	observed sync.WaitGroup
	sent     int  // examinations and access checks in progress
	lost     bool // usbmuxd is unreachable
	finished int  // finished visits

	network   map[string]device.LeftOut // devices left out because they are on the network only, by UDID
	malformed int                       // usbmuxd entries that could not be parsed
	broken    error                     // why announcements failed although the device list was received; nil if they did not

	gaps []device.Gap
}

// examined is a finished examination.
type examined struct {
	session  *session
	snapshot device.Snapshot
	spent    time.Duration
}

// accessed is the result of checking whether a device can be read now.
type accessed struct {
	session *session
	access  usb.Access
}

// follow handles events until ctx ends or the number of visits is reached. Examinations then in
// progress are interrupted.
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
			failed <- err // reported at the end
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

// muxEvery is how often a missing usbmuxd is tried again.
const muxEvery = 2 * time.Second

// hear follows usbmuxd, and waits for it if it is missing: on Linux it may start only with the
// first device. It returns an error if usbmuxd was never reached.
func (w *watching) hear(ctx context.Context, tell func(usb.Change)) error {
	for told := false; ; told = true {
		err := w.Client.Watch(ctx, tell)
		if !errors.Is(err, usb.ErrNoMux) {
			return err
		}
		if !told {
			what, hint := withoutMux(report.Gap{Reason: string(device.GapOf(err).Reason)}, runtime.GOOS)
			fmt.Fprintf(w.Screen, "%s: trying again\nhint: %s\n", what, hint)
		}
		select {
		case <-time.After(muxEvery):
		case <-ctx.Done():
			return err
		}
	}
}

// enough reports whether the number of visits is reached.
func (w *watching) enough() bool { return w.until > 0 && w.finished >= w.until }

// invite says below the devices what the user can do.
func (w *watching) invite() {
	w.Screen.Note(fmt.Sprintf("finished: %s; plug in the next, or press Ctrl-C to end", words.Count(w.finished, "device")))
}

// take handles a change reported by usbmuxd.
func (w *watching) take(ctx context.Context, c usb.Change) {
	now := time.Now()
	switch {
	case c.Lost != nil:
		w.lost = true
		if errors.Is(c.Lost, usb.ErrNoMux) {
			fmt.Fprintln(w.Screen, "usbmuxd cannot be reached: waiting for it to come back")
		} else {
			fmt.Fprintf(w.Screen, "usbmuxd stopped announcing devices: %s; waiting for it to recover\n", whyBroken(c.Lost))
		}
	case c.Back:
		w.lost = false
		fmt.Fprintln(w.Screen, "usbmuxd is back")
	case c.Broken != nil:
		w.broken = c.Broken
		fmt.Fprintf(w.Screen, "usbmuxd stopped announcing devices: %s; using its list until it recovers\n", whyBroken(c.Broken))
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

// whyBroken describes a usbmuxd error, whose reason alone would read like a device's.
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

// leaveOut reports, once, that a device on the network is not examined.
func (w *watching) leaveOut(a usb.Attached) {
	if _, known := w.network[a.UDID]; !known {
		fmt.Fprintf(w.Screen, "%q is on Wi-Fi only and is left out; --network examines it\n", a.UDID)
	}
	w.network[a.UDID] = device.LeftOut{UDID: a.UDID, Connection: a.Connection}
}

// askEvery is how often to check whether a device can be read now.
const askEvery = 5 * time.Second

// ask checks whether cabled devices that were locked or did not trust this computer can now be
// read in full. Devices on the network are not checked, as each check costs battery.
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
			w.accessed <- accessed{s, w.Client.Access(ctx, a)}
			return ""
		})
	}
}

// observe subscribes to trust changes of cabled devices that do not trust this computer, so
// that they need not wait for the next check. A device that cannot report changes is only
// checked.
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
			_ = w.Client.ObserveTrust(observing, a, func() {
				select {
				case w.trusted <- s:
				case <-observing.Done():
				}
			})
		})
	}
}

// learn handles the result of an access check.
func (w *watching) learn(ctx context.Context, a accessed) {
	w.sent--
	s := a.session
	s.asked = false
	trusted, _ := a.access.Trusted.Get()
	locked, err := a.access.Locked.Get()
	w.examineAgain(ctx, s, trusted && awaitsTrust(s.last) || err == nil && !locked && awaitsUnlock(s.last))
}
