package usb

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// silenceAtEnd is how long usbmuxd must be silent before its announcements count as complete, if
// there is no list to compare with. It announces attached devices immediately after its response
// to Listen, but both programs may have to wait for a processor.
var silenceAtEnd = 500 * time.Millisecond

// A Listing is what usbmuxd reports at one moment.
type Listing struct {
	Devices   []Attached // each once, preferring USB; by USB port, then UDID, with network devices last
	Malformed int        // entries that could not be parsed; each may be a missing device
	Broken    error      // why the announcements failed and the list was used instead; nil if they did not
}

// Gaps explains why devices may be missing.
func (l Listing) Gaps() []device.Gap {
	var gaps []device.Gap
	if l.Broken != nil {
		gaps = append(gaps, device.Gap{Reason: device.ListOnly, Detail: detail(string(device.GapOf(l.Broken).Reason))})
	}
	if l.Malformed > 0 {
		gaps = append(gaps, device.Gap{Reason: device.BadEntry, Detail: strconv.Itoa(l.Malformed)})
	}
	return gaps
}

// Discover lists the devices known to usbmuxd and announces each one as soon as it is found; a
// device may change or disappear before the list is complete. Finding no device is not an error.
// The error is [ErrNoMux] if usbmuxd cannot be reached, a [*MuxError] if it refuses a request,
// and a [device.Reason] if its response cannot be parsed. The listing then holds what was
// received before.
//
// Discover subscribes to announcements and requests the list at the same time. The listing is
// complete when both agree. Some versions of usbmuxd refuse to list more than about 29 devices;
// then silence marks completion. If only one of the two requests is answered, that answer is
// used, unless it is an empty list, which nothing confirms.
func (c Client) Discover(ctx context.Context, announce func(Change)) (Listing, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	asked := c.askLists(ctx)
	defer asked.wait()
	defer cancel()
	sub, err := c.announcements(ctx)
	if err != nil {
		l := <-asked.answers
		asked.pending = false
		if l.err != nil || len(l.entries) == 0 || ctx.Err() != nil {
			return Listing{}, err
		}
		found := attachments{}
		for _, a := range l.entries {
			if change, err := found.add(a); err == nil && change != (Change{}) {
				announce(change)
			}
		}
		return Listing{Devices: found.devices(), Malformed: l.malformed}, nil
	}
	defer sub.Close()
	malformed, err := sub.settle(ctx, asked, func(change Change) error {
		announce(change)
		return nil
	})
	listing := Listing{Devices: sub.found.devices(), Malformed: malformed}
	if err != nil {
		err = fmt.Errorf("listening for devices: %w", err)
	}
	if sub.listed {
		listing.Broken, err = err, nil
	}
	return listing, err
}

// lists requests the device list, repeatedly if needed.
type lists struct {
	answers chan muxList
	pending bool
	ask     func()
	asking  *sync.WaitGroup
}

// askLists sends the first list request.
func (c Client) askLists(ctx context.Context) *lists {
	l := &lists{answers: make(chan muxList, 1), asking: &sync.WaitGroup{}}
	l.ask = func() {
		l.pending = true
		l.asking.Go(func() { l.answers <- c.list(ctx) })
	}
	l.ask()
	return l
}

// wait returns when no request is in progress.
func (l *lists) wait() {
	if l.pending {
		<-l.answers
	}
	l.asking.Wait()
}

// announcements is a connection on which usbmuxd announces attached and detached devices.
type announcements struct {
	*link
	found    attachments
	listed   bool           // found comes from the list, because the announcements failed
	messages chan announced // closed with the connection
	arriving atomic.Bool    // part of a message has arrived
	hangUp   context.CancelFunc
}

// An announced is one message, or the error that ended the connection.
type announced struct {
	message safeplist.Dict
	err     error
}

// announcements subscribes to device announcements. usbmuxd first announces the devices already
// attached.
func (c Client) announcements(ctx context.Context) (*announcements, error) {
	ctx, cancel := context.WithCancel(ctx)
	mux, err := c.open(ctx)
	if err != nil {
		cancel()
		return nil, err
	}
	answer, err := mux.askMux(ctx, muxRequest{MessageType: "Listen"})
	if err == nil {
		err = result(answer, "Listen")
	}
	if err != nil {
		mux.Close()
		cancel()
		return nil, fmt.Errorf("listening for devices: %w", err)
	}
	a := &announcements{link: mux, found: attachments{}, messages: make(chan announced), hangUp: cancel}
	go a.read(ctx)
	return a, nil
}

// Close closes the connection and waits for the reader to stop.
func (c *announcements) Close() error {
	c.hangUp()
	for range c.messages {
	}
	return c.link.Close()
}

// read reads messages until the connection ends. Nothing else may use the link during that time.
func (c *announcements) read(ctx context.Context) {
	defer close(c.messages)
	buffered := bufio.NewReader(c)
	for ended := false; !ended; {
		var a announced
		guard(
			func() { a.message, a.err = c.next(ctx, buffered) },
			func() { a.err = device.Internal },
		)
		ended = a.err != nil
		select {
		case c.messages <- a:
			c.arriving.Store(false)
		case <-ctx.Done():
			return
		}
	}
}

// next waits for a message, without a limit until its first byte arrives.
func (c *announcements) next(ctx context.Context, buffered *bufio.Reader) (safeplist.Dict, error) {
	if err := c.raw.SetDeadline(time.Time{}); err != nil {
		return nil, c.fail(ctx, err)
	}
	if _, err := buffered.Peek(1); err != nil {
		return nil, c.fail(ctx, err)
	}
	c.arriving.Store(true)
	if err := c.setDeadline(); err != nil {
		return nil, c.fail(ctx, err)
	}
	_, body, err := readMux(buffered)
	if err != nil {
		return nil, c.fail(ctx, err)
	}
	return parse(body)
}

// take applies one message and returns the resulting change.
func (c *announcements) take(a announced) (Change, error) {
	switch {
	case a.err != nil:
		return Change{}, a.err
	case a.message == nil: // the reader has stopped
		return Change{}, device.Interrupted
	}
	return c.found.follow(a.message)
}

// settle forwards announcements until all attached devices have been announced: until the list
// agrees, or, without a list, until usbmuxd is silent. If neither happens within the time for one
// response, the list is used. malformed counts the entries that could not be parsed.
func (c *announcements) settle(ctx context.Context, asked *lists, pass func(Change) error) (malformed int, err error) {
	latest := time.NewTimer(c.timeout)
	defer latest.Stop()
	silenceTimer := time.NewTimer(silenceAtEnd)
	defer silenceTimer.Stop()
	var list muxList
	compared := false // the list has been requested since the last announcement
	unread := 0       // announcements that could not be parsed
	requests := 0     // how often the list was requested again during silence
	for {
		silent, late := false, false
		select {
		case a := <-c.messages:
			change, err := c.take(a)
			compared = false
			if err == errEntry {
				unread++
			} else if err != nil {
				return c.useList(ctx, asked, list, pass, err)
			} else if change != (Change{}) {
				if err := pass(change); err != nil {
					return 0, err
				}
			}
			silenceTimer.Reset(silenceAtEnd)
		case list = <-asked.answers:
			asked.pending = false
		case <-silenceTimer.C:
			silent = !c.arriving.Load()
			silenceTimer.Reset(silenceAtEnd)
		case <-latest.C:
			late = true
		case <-ctx.Done():
			return 0, reasonOf(ctx, ctx.Err())
		}
		malformed = max(unread, list.malformed)
		switch {
		case late:
			return malformed, c.adopt(list, pass)
		case asked.pending:
		case list.err != nil && silent:
			return malformed, nil
		case list.err != nil:
		case c.unannounced(list)+list.malformed > unread+c.exceeds(list) && requests < maxListRequests: // not all announced yet
			if silent {
				requests++
				asked.ask()
			}
		case c.exceeds(list) > 0 && !silent:
			if !compared { // attached after the list was made
				compared = true
				asked.ask()
			}
		default:
			return malformed, c.adopt(list, pass)
		}
	}
}

// maxListRequests is how often the list is requested again during silence while it has more entries
// than were announced. After that, the list is used.
const maxListRequests = 3

// useList uses the list after the announcements failed, and returns why they did.
func (c *announcements) useList(ctx context.Context, asked *lists, list muxList, pass func(Change) error, why error) (malformed int, err error) {
	if asked.pending {
		list = <-asked.answers
		asked.pending = false
	}
	if ctx.Err() != nil || list.err != nil || len(list.entries) == 0 {
		return list.malformed, why
	}
	if err := c.adopt(list, pass); err != nil {
		return 0, err
	}
	c.listed = true
	return list.malformed, why
}

// unannounced counts the list entries that were not announced.
func (c *announcements) unannounced(list muxList) (count int) {
	for _, a := range list.entries {
		if c.found[a.attachment()].DeviceID < a.DeviceID {
			count++
		}
	}
	return count
}

// exceeds counts the announced devices missing from the list.
func (c *announcements) exceeds(list muxList) (count int) {
	listed := map[uint32]bool{}
	for _, a := range list.entries {
		listed[a.DeviceID] = true
	}
	for _, a := range c.found {
		if !listed[a.DeviceID] {
			count++
		}
	}
	return count
}

// adopt adds the listed devices that were not announced.
func (c *announcements) adopt(list muxList, pass func(Change) error) error {
	for _, a := range list.entries {
		change, err := c.found.add(a)
		if err == nil && change != (Change{}) {
			err = pass(change)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
