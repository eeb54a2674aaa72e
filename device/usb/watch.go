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

// A Change reports a change of a device or of usbmuxd itself.
type Change struct {
	Attached  Attached // the device, by its preferred connection; zero if the change is about usbmuxd
	Gone      bool     // it was unplugged or left the network
	Paired    bool     // it now trusts this computer
	Lost      error    // usbmuxd is gone, or neither its announcements nor its list can be parsed; nil otherwise
	Back      bool     // usbmuxd is available again
	Broken    error    // the announcements failed and the list is used instead; nil otherwise
	Malformed bool     // an announcement could not be parsed
}

// How long to wait before trying usbmuxd again: initially, and at most.
const (
	retryAtFirst = 250 * time.Millisecond
	retryAtLast  = 5 * time.Second
)

// errHungUp means that usbmuxd closed an established connection.
var errHungUp = fmt.Errorf("%w any more: it hung up", ErrNoMux)

// Watch reports every device on USB or the network: first those already attached, then each one
// that attaches, detaches or is paired, one call at a time. A device on both is reported on USB,
// and again on the network when its cable is unplugged. Watch returns nil when ctx is done; if it
// cannot start, it immediately returns the error of [Client.Discover].
//
// If the announcements fail or cannot be parsed, Watch subscribes again. Until that works, it
// requests usbmuxd's list at each attempt; Broken reports this once, and says nothing about any
// device.
//
// Watch survives a restart of usbmuxd, which on Linux may exit with its last device. Lost means
// that the set of attached devices is unknown; Watch then reconnects until usbmuxd is Back.
// Attached devices are then reported again, because all their numbers are new, followed by those
// that are gone.
//
// A slow call delays only later calls. If a device attached and detached several times during the
// call, only its latest state is reported, and if it came and went, nothing is. A device may
// therefore be reported again under a new number without being reported as gone.
func (c Client) Watch(ctx context.Context, tell func(Change)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := newNews()
	sub, err := c.announcements(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil && !c.endure(ctx, n, err) {
		return err
	}
	var following sync.WaitGroup
	defer func() {
		cancel()
		following.Wait()
	}()
	following.Go(func() { c.follow(ctx, sub, n) })
	for {
		change, ok := n.next(ctx)
		if !ok {
			return nil
		}
		tell(change)
	}
}

// follow collects changes until ctx is done, reconnecting as needed. a is nil if there is no
// connection yet.
func (c Client) follow(ctx context.Context, a *announcements, n *news) {
	unsettled := false // the last connection ended before all attached devices were announced
	for retry := retryAtFirst; ; {
		if a != nil {
			began := time.Now()
			settled, why := c.gather(ctx, a, n)
			if time.Since(began) > retryAtLast {
				retry = retryAtFirst
				n.heal()
			}
			if errors.Is(why, ErrNoMux) && (settled || !unsettled) {
				n.lose(why) // usbmuxd may have exited, as it does on Linux
			} else {
				c.endure(ctx, n, why)
			}
			unsettled = !settled
		}
		for a = nil; a == nil; retry = min(2*retry, retryAtLast) {
			// Programs that lost usbmuxd at the same moment should not all reconnect at once.
			if pause(ctx, retry-rand.N(retry/2)) != nil {
				return
			}
			var err error
			if a, err = c.announcements(ctx); err != nil {
				c.endure(ctx, n, err)
			}
		}
	}
}

// endure uses the list after the announcements failed and reports whether there is one. If
// usbmuxd lists nothing, it counts as lost.
func (c Client) endure(ctx context.Context, n *news, why error) bool {
	list := c.list(ctx)
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

// gather collects changes until the connection ends. It returns why it ended, and whether all
// attached devices had been announced before.
func (c Client) gather(ctx context.Context, a *announcements, n *news) (settled bool, lost error) {
	defer a.Close()
	guard(func() {
		var malformed int
		if malformed, lost = c.settle(ctx, a, n); lost != nil {
			return
		}
		settled = true
		if malformed > 0 {
			lost = n.add(Change{Malformed: true})
		}
		for lost == nil {
			var change Change
			if change, lost = a.take(<-a.messages); lost == errEntry {
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

// settle reports all attached devices, then those that are gone.
func (c Client) settle(ctx context.Context, a *announcements, n *news) (malformed int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	asked := c.askLists(ctx)
	defer asked.wait()
	defer cancel()
	malformed, err = a.settle(ctx, asked, n.add)
	if err == nil {
		n.settle(a.found)
	}
	return malformed, err
}

// pause waits, or returns the error of ctx if that is done first.
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

// news is the queue of unreported changes. It holds at most one per device, so it stays small
// however slow the receiver is.
type news struct {
	more chan struct{} // has an element while the queue may be non-empty

	mu         sync.Mutex
	queue      []Change
	reported   map[string]Attached // devices reported as attached and not yet as gone, by UDID
	lost       bool                // usbmuxd is gone and has sent nothing since
	reannounce map[string]bool     // to be reported again if attached, by UDID, because usbmuxd restarted with new numbers
	broke      bool                // the failure of the announcements was reported
}

func newNews() *news {
	return &news{reported: map[string]Attached{}, reannounce: map[string]bool{}, more: make(chan struct{}, 1)}
}

// add queues a change, ignoring the zero Change. It returns an error if there are too many
// devices.
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
		return nil // the queued change will be reported after the pairing
	}
	n.queue = slices.DeleteFunc(n.queue, func(older Change) bool { return older.Attached.UDID == c.Attached.UDID })
	_, reported := n.reported[c.Attached.UDID]
	switch {
	case c.Paired && !reported:
		return nil
	case c.Gone && !reported:
		return nil
	case !c.Gone && !c.Paired && !n.reannounce[c.Attached.UDID] && n.reported[c.Attached.UDID] == c.Attached:
		return nil // already reported
	case !c.Gone && len(n.reported)+len(n.queue) >= 2*maxAttached:
		return device.Oversized
	}
	n.queueLocked(c)
	return nil
}

// settle queues a detach for each reported device that is no longer found.
func (n *news) settle(found attachments) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.backLocked()
	for _, attached := range slices.SortedFunc(maps.Values(n.reported), compareAttached) {
		if _, there := found.best(attached.UDID); !there {
			_ = n.addLocked(Change{Attached: attached, Gone: true}) // a detach adds no device
		}
	}
}

// lose queues the loss of usbmuxd and drops what was queued before: attached devices and Back.
func (n *news) lose(why error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	known := n.lost
	n.lost, n.broke = true, false
	for udid := range n.reported {
		n.reannounce[udid] = true
	}
	n.queue = slices.DeleteFunc(n.queue, func(older Change) bool {
		known = known || older.Back
		return !older.Gone && older.Lost == nil && older.Broken == nil
	})
	if !known {
		n.queueLocked(Change{Lost: why})
	}
}

// breakOff queues, once, that the announcements failed and the list is used. malformed means that
// the list had an entry that could not be parsed.
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

// heal records that the announcements have worked for some time, so that their next failure is
// reported.
func (n *news) heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.broke = false
}

// backLocked queues that usbmuxd is responding again.
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

// next waits for the next change to report; it returns false when ctx is done.
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
		delete(n.reported, c.Attached.UDID)
		delete(n.reannounce, c.Attached.UDID)
	case c.Attached.UDID != "" && !c.Paired:
		n.reported[c.Attached.UDID] = c.Attached
		delete(n.reannounce, c.Attached.UDID)
	}
	return c, true
}
