package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// A watching is a run that examines each device as it is plugged in.
type watching struct {
	scan
	until int // visits after which it ends; 0 for none
	after aftermath
	ears  []func(report.Event) // who is told besides what happens
}

// run watches, and writes the report of all devices.
func (w *watching) run(ctx context.Context) error {
	begun, finish, err := w.begin()
	if err != nil {
		return err
	}
	w.scan = begun
	view := w.showProgress()
	defer w.remember(context.WithoutCancel(ctx))()
	w.after.surroundings, w.after.began, w.after.redacted = w.surroundings, w.herald.started, w.redact
	if w.after.hook != nil {
		w.after.hook.Output = w.stderr // above the view
	}
	w.herald.listens(w.after.hear)
	for _, ear := range w.ears {
		w.herald.listens(ear)
	}
	watch := watch{
		visitor: w.visitor(), until: w.until, crew: w.pool.start(), examined: make(chan examination),
		book:   guestBook{guests: map[string]*guest{}},
		latest: map[string]int{}, snapshots: map[int]device.Snapshot{}, found: map[int]report.Device{},
	}
	w.herald.tell(report.Event{Type: report.RunStart})
	watch.follow(ctx)
	w.after.wait()
	view.close()
	return finish(w.conclude(watch.learned()))
}

// A watch is a watching under way. Only the goroutine that follows it touches it.
type watch struct {
	visitor
	until    int
	book     guestBook
	crew     *crew
	examined chan examination
	sent     int  // examinations that have not come back
	lost     bool // usbmuxd is away
	finished int  // visits

	latest    map[string]int          // number of the last finished visit of a device, by UDID
	snapshots map[int]device.Snapshot // of the last visit of each device, by its number
	found     map[int]report.Device   // on that visit
	gaps      []device.Gap
}

// An examination is one that has ended.
type examination struct {
	guest    *guest
	snapshot device.Snapshot
}

// follow takes in what happens until ctx ends, or there have been as many visits as there
// are to be. Examinations that are under way then are cut off.
func (w *watch) follow(ctx context.Context) {
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
			w.strikeOff(now)
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
	for _, g := range w.book.guests {
		w.end(g)
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
func (w *watch) hear(ctx context.Context, tell func(usb.Change)) error {
	for told := false; ; told = true {
		err := w.door.Watch(ctx, tell)
		if !errors.Is(err, usb.ErrNoMux) {
			return err
		}
		if !told {
			fmt.Fprintf(w.stderr, "usbmuxd is not there yet: waiting for it\nhint: %s\n", muxHint(runtime.GOOS))
		}
		select {
		case <-time.After(muxEvery):
		case <-ctx.Done():
			return err
		}
	}
}

// enough is true when there have been as many visits as there are to be.
func (w *watch) enough() bool { return w.until > 0 && w.finished >= w.until }

// invite says below the devices what can be done.
func (w *watch) invite() {
	if w.note != nil {
		w.note(fmt.Sprintf("finished: %s; plug in the next, or press Ctrl-C to end", countOf(w.finished)))
	}
}

// take takes in what usbmuxd tells.
func (w *watch) take(ctx context.Context, c usb.Change) {
	now := time.Now()
	switch {
	case c.Lost != nil:
		w.lost = true
		fmt.Fprintln(w.stderr, "usbmuxd is away: waiting for it to come back")
	case c.Back:
		w.lost = false
		fmt.Fprintln(w.stderr, "usbmuxd is back")
	case c.Malformed:
		fmt.Fprintln(w.stderr, "usbmuxd told of a device in a form that cannot be understood: it is left out")
	case c.Gone, c.Attached.Connection == device.Network:
		w.book.leaves(c.Attached.UDID, now)
	case c.Paired:
	default:
		g, first, examine := w.book.arrives(c.Attached, now)
		if first {
			w.tell(g.number, report.DeviceAttached, w.labelled(c.Attached), report.Waiting)
		}
		if examine {
			w.send(ctx, g, report.Reading)
		}
	}
}

// send sends somebody to examine a device, who comes back to w.examined.
func (w *watch) send(ctx context.Context, g *guest, state string) {
	w.sent++
	g.tries++
	a, number := g.attached, g.number
	go w.crew.send(func() {
		sh := shelfIn(w.places)
		sh.keep(func(st stored) bool { return st.isOfOne([]string{a.UDID}) })
		var distrust map[string]error
		if w.pair {
			distrust = w.askForTrust(ctx, []usb.Attached{a})
		}
		s := w.visit(ctx, number, a, state, sh)
		explainDistrust(&s, distrust[a.UDID])
		w.examined <- examination{g, s}
	})
}

// took takes in what an examination told. What becomes of one that was cut off turns out
// with the next news: perhaps the device is being pulled out.
func (w *watch) took(ctx context.Context, e examination) {
	w.sent--
	g := e.guest
	g.busy = false
	switch {
	case !e.snapshot.Live.Ended.Reason.Transient() || ctx.Err() != nil:
		if g.cut != nil {
			e.snapshot = better(*g.cut, e.snapshot)
		}
		w.finish(g, e.snapshot)
	case g.cut == nil:
		w.cutOff(g, e.snapshot)
	default:
		w.cutOff(g, better(*g.cut, e.snapshot))
	}
}

// cutOff keeps what was told by a device that was cut off, and says that it waits.
func (w *watch) cutOff(g *guest, s device.Snapshot) {
	g.cut = &s
	w.tell(g.number, report.DeviceState, s, report.Waiting)
}

// again examines devices once more that were cut off and are still there. Those that were
// cut off twice without being touched are finished with what they told.
func (w *watch) again(ctx context.Context) {
	if w.lost {
		return
	}
	for _, g := range w.book.waiting() {
		if g.tries >= 2 {
			w.finish(g, *g.cut)
			continue
		}
		g.busy = true
		w.send(ctx, g, report.Retrying)
	}
}

// finish tells what was found on a device. A visit that ends when there have been enough is
// none any more.
func (w *watch) finish(g *guest, s device.Snapshot) {
	if w.enough() {
		return
	}
	if earlier, again := w.latest[s.Device.UDID]; again {
		delete(w.snapshots, earlier)
		delete(w.found, earlier)
	}
	g.finished = true
	w.finished++
	w.latest[s.Device.UDID] = g.number
	w.snapshots[g.number] = s
	w.found[g.number] = w.judge(g.number, s)
	w.invite()
}

// strikeOff ends the visits of devices that are gone for good.
func (w *watch) strikeOff(now time.Time) {
	for _, g := range w.book.over(now) {
		w.end(g)
		w.tell(g.number, report.DeviceDetached, w.snapshots[g.number], "")
	}
}

// end tells what is known of a device that was cut off and did not come back.
func (w *watch) end(g *guest) {
	if !g.finished && g.cut != nil {
		w.finish(g, *g.cut)
	}
}

// learned is what was found on each device at its last visit, in the order of the visits.
func (w *watch) learned() lesson {
	var l lesson
	var snapshots []device.Snapshot
	for number := range w.book.visits {
		if found, kept := w.found[number]; kept {
			l.found = append(l.found, found)
			snapshots = append(snapshots, w.snapshots[number])
		}
	}
	l.recording = w.recording(snapshots, w.gaps)
	return l
}
