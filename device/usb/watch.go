package usb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Change is news of a device, or of usbmuxd itself.
type Change struct {
	Attached  Attached // the device, by the connection by which it is to be read; zero if the news is of usbmuxd
	Gone      bool     // it was unplugged, or left the network
	Paired    bool     // it has come to trust this computer
	Lost      error    // usbmuxd went away, or what it tells and its list cannot be understood; nil otherwise
	Back      bool     // usbmuxd is there again
	Broken    error    // what usbmuxd announces broke off, and its list is taken; nil otherwise
	Malformed bool     // usbmuxd told of a device in a way that cannot be understood
}

// How long usbmuxd is left alone until it is tried again: at first, and at most.
const (
	retryAtFirst = 250 * time.Millisecond
	retryAtLast  = 5 * time.Second
)

// errHungUp is that of a usbmuxd that was there.
var errHungUp = fmt.Errorf("%w any more: it hung up", ErrNoMux)

// Watch tells of every device on a cable or on the network: of those that are there, and
// then of each that comes, goes, or is paired, one call at a time. A device on both is told
// with its cable, and told again with the network if the cable is pulled out. It returns nil when ctx ends, and at once the error of
// [Door.Discover] if it cannot begin.
//
// Announcements that break off, or cannot be understood, are asked for again. Until then what is
// attached is known from the list of usbmuxd, which is asked for at each try: Broken says so once,
// and is no news of any device.
//
// It outlives usbmuxd, which on Linux may end with its last device. Lost says that what is
// attached is not known any more; the connection is then tried again until it is Back. What
// is attached is then told anew, because the numbers of all devices are new, and after
// that what is not there any more is told as gone.
//
// A call that takes long makes nobody else wait: of a device that came and went meanwhile
// several times only the newest state is told, and one that came and went is not told at
// all. A device may so be told anew, under its new number, without being told as gone.
func (d Door) Watch(ctx context.Context, tell func(Change)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := newNews()
	c, err := d.announcements(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil && !d.endure(ctx, n, err) {
		return err
	}
	var following sync.WaitGroup
	defer func() {
		cancel()
		following.Wait()
	}()
	following.Go(func() { d.follow(ctx, c, n) })
	for {
		change, ok := n.next(ctx)
		if !ok {
			return nil
		}
		tell(change)
	}
}

// follow gathers news until ctx ends, over as many connections as it takes. c is nil if there is
// none yet.
func (d Door) follow(ctx context.Context, c *announcements, n *news) {
	unsettled := false // the last connection ended before all that is attached was announced
	for retry := retryAtFirst; ; {
		if c != nil {
			began := time.Now()
			settled, why := d.gather(ctx, c, n)
			if time.Since(began) > retryAtLast {
				retry = retryAtFirst
				n.heal()
			}
			if errors.Is(why, ErrNoMux) && (settled || !unsettled) {
				n.lose(why) // it may have ended, as it does on Linux
			} else {
				d.endure(ctx, n, why)
			}
			unsettled = !settled
		}
		for c = nil; c == nil; retry = min(2*retry, retryAtLast) {
			// Programs that lost usbmuxd in the same moment should not all come back in the same.
			if pause(ctx, retry-rand.N(retry/2)) != nil {
				return
			}
			var err error
			if c, err = d.announcements(ctx); err != nil {
				d.endure(ctx, n, err)
			}
		}
	}
}

// endure takes the list where announcements broke off, and reports whether there is one: a usbmuxd
// that lists nothing is lost.
func (d Door) endure(ctx context.Context, n *news, why error) bool {
	list := d.list(ctx)
	if ctx.Err() != nil {
		return false
	}
	found := attachments{}
	for _, a := range list.entries {
		change, err := found.add(a)
		if err == nil {
			err = n.add(change)
		}
		if err != nil {
			n.lose(err)
			return false
		}
	}
	if list.err != nil || len(found) == 0 { // nothing confirms an empty list
		n.lose(why)
		return false
	}
	n.settle(found)
	n.breakOff(why, list.malformed > 0)
	return true
}

// gather gathers news until the connection ends, and says why it did; and whether all that was
// attached had been announced before.
func (d Door) gather(ctx context.Context, c *announcements, n *news) (settled bool, lost error) {
	defer c.Close()
	guard(func() {
		var malformed int
		if malformed, lost = d.settle(ctx, c, n); lost != nil {
			return
		}
		settled = true
		if malformed > 0 {
			lost = n.add(Change{Malformed: true})
		}
		for lost == nil {
			var change Change
			if change, lost = c.take(<-c.messages); lost == errEntry {
				change, lost = Change{Malformed: true}, nil
			}
			if lost == nil {
				lost = n.add(change)
			}
		}
	}, func() { lost = device.Internal })
	if errors.Is(lost, device.Detached) {
		return settled, errHungUp
	}
	return settled, fmt.Errorf("listening for devices: %w", lost)
}

// settle passes on all that is attached, and then what is not there any more.
func (d Door) settle(ctx context.Context, c *announcements, n *news) (malformed int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	asked := d.askLists(ctx)
	defer asked.wait()
	defer cancel()
	malformed, err = c.settle(ctx, asked, n.add)
	if err == nil {
		n.settle(c.found)
	}
	return malformed, err
}

// pause waits, and gives the error of ctx if that ends before.
func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// news is what is still to be told: of each device one change at most, so that it stays
// small however long the telling takes.
type news struct {
	more chan struct{} // has an element while the queue may have one

	mu    sync.Mutex
	queue []Change
	told  map[string]Attached // as attached, and not yet as gone; by UDID
	lost  bool                // usbmuxd is gone, and has told nothing since
	anew  map[string]bool     // to be told again if attached, by UDID: usbmuxd was gone, and has numbered all anew
	broke bool                // it was told that the announcements broke off
}

func newNews() *news {
	return &news{told: map[string]Attached{}, anew: map[string]bool{}, more: make(chan struct{}, 1)}
}

// add queues a change; the zero Change is none. The error is of more devices than there
// can be.
func (n *news) add(c Change) error {
	if c == (Change{}) {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.backLocked()
	return n.addLocked(c)
}

func (n *news) addLocked(c Change) error {
	if c.Malformed {
		if !slices.Contains(n.queue, c) {
			n.queueLocked(c)
		}
		return nil
	}
	if c.Paired && slices.ContainsFunc(n.queue, func(older Change) bool { return older.Attached.UDID == c.Attached.UDID }) {
		return nil // what is told of it anyway is told after it was paired
	}
	n.queue = slices.DeleteFunc(n.queue, func(older Change) bool { return older.Attached.UDID == c.Attached.UDID })
	_, told := n.told[c.Attached.UDID]
	switch {
	case c.Paired && !told:
		return nil
	case c.Gone && !told:
		return nil
	case !c.Gone && !c.Paired && !n.anew[c.Attached.UDID] && n.told[c.Attached.UDID] == c.Attached:
		return nil // told before
	case !c.Gone && len(n.told)+len(n.queue) >= 2*maxAttached:
		return device.Oversized
	}
	n.queueLocked(c)
	return nil
}

// settle queues as gone what was told as attached and is not found any more.
func (n *news) settle(found attachments) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.backLocked()
	for _, attached := range slices.SortedFunc(maps.Values(n.told), compareAttached) {
		if _, there := found.best(attached.UDID); !there {
			_ = n.addLocked(Change{Attached: attached, Gone: true}) // what goes makes no more devices
		}
	}
}

// lose queues that usbmuxd is gone. With it goes what it told and nobody has heard: devices
// that came, and that it was back.
func (n *news) lose(why error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	known := n.lost
	n.lost, n.broke = true, false
	for udid := range n.told {
		n.anew[udid] = true
	}
	n.queue = slices.DeleteFunc(n.queue, func(older Change) bool {
		known = known || older.Back
		return !older.Gone && older.Lost == nil && older.Broken == nil
	})
	if !known {
		n.queueLocked(Change{Lost: why})
	}
}

// breakOff queues, once, that the announcements broke off and the list was taken; malformed says
// that the list had an entry that could not be understood.
func (n *news) breakOff(why error, malformed bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.broke {
		return
	}
	n.broke = true
	n.queueLocked(Change{Broken: why})
	if malformed {
		n.queueLocked(Change{Malformed: true})
	}
}

// heal takes in that the announcements went well for some time: that they break off is then news.
func (n *news) heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.broke = false
}

// backLocked queues that usbmuxd tells something again.
func (n *news) backLocked() {
	if n.lost {
		n.lost = false
		n.queueLocked(Change{Back: true})
	}
}

func (n *news) queueLocked(c Change) {
	n.queue = append(n.queue, c)
	select {
	case n.more <- struct{}{}:
	default:
	}
}

// next waits for a change that is to be told now, and gives false when ctx ends.
func (n *news) next(ctx context.Context) (Change, bool) {
	for ctx.Err() == nil {
		if c, ok := n.take(); ok {
			return c, true
		}
		select {
		case <-n.more:
		case <-ctx.Done():
		}
	}
	return Change{}, false
}

func (n *news) take() (Change, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.queue) == 0 {
		return Change{}, false
	}
	c := n.queue[0]
	n.queue = slices.Delete(n.queue, 0, 1)
	switch {
	case c.Gone:
		delete(n.told, c.Attached.UDID)
		delete(n.anew, c.Attached.UDID)
	case c.Attached.UDID != "" && !c.Paired:
		n.told[c.Attached.UDID] = c.Attached
		delete(n.anew, c.Attached.UDID)
	}
	return c, true
}
