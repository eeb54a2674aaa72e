package usb

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// How long usbmuxd may be silent until what it announced is taken for complete, where it
// gives no list to compare with. It announces what is attached right behind its answer to
// Listen. The first wait is longer, because only an empty tray has to sit it out.
var (
	quietAtFirst = 500 * time.Millisecond
	quietBetween = 100 * time.Millisecond
)

// A Listing is what usbmuxd has at one moment.
type Listing struct {
	Devices   []Attached // each once, by cable where there is one; by USB port, then by UDID, and those on the network last
	Malformed int        // entries that could not be understood: a device may be missing for each
	Broken    error      // why the announcements broke off where the list was taken in their place; nil if they did not
}

// Gaps say why devices may be missing.
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

// Discover lists the devices that usbmuxd has, and announces each as soon as it is known;
// a device may change, or be gone again, before the list is complete. No device is no
// error; the error is [ErrNoMux] if usbmuxd cannot be reached, a [*MuxError] if it refuses,
// and a [device.Reason] if what it says cannot be understood. The listing then holds what it
// had said before.
//
// It asks twice at the same time: to be told of devices as they come, and for the list. The
// listing is complete when both say the same. Some usbmuxd refuse the list above about 29
// devices; then silence completes it. Where only one of the two is answered, what that says
// is taken, but for an empty list: nothing confirms it.
func (d Door) Discover(ctx context.Context, announce func(Change)) (Listing, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	asked := d.askLists(ctx)
	defer asked.wait()
	defer cancel()
	c, err := d.announcements(ctx)
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
	defer c.Close()
	malformed, err := c.settle(ctx, asked, func(change Change) error {
		announce(change)
		return nil
	})
	listing := Listing{Devices: c.found.devices(), Malformed: malformed}
	if err != nil {
		err = fmt.Errorf("listening for devices: %w", err)
	}
	if c.listed {
		listing.Broken, err = err, nil
	}
	return listing, err
}

// lists asks for the list of devices, as often as it is told to.
type lists struct {
	answers chan muxList
	pending bool
	ask     func()
	asking  *sync.WaitGroup
}

// askLists begins with a first question.
func (d Door) askLists(ctx context.Context) *lists {
	l := &lists{answers: make(chan muxList, 1), asking: &sync.WaitGroup{}}
	l.ask = func() {
		l.pending = true
		l.asking.Go(func() { l.answers <- d.list(ctx) })
	}
	l.ask()
	return l
}

// wait returns when nothing is asked any more.
func (l *lists) wait() {
	if l.pending {
		<-l.answers
	}
	l.asking.Wait()
}

// announcements is a connection on which usbmuxd announces devices that come and go.
type announcements struct {
	*link
	found    attachments
	listed   bool           // found is what the list says, since the announcements broke off
	messages chan announced // closed with the connection
	hangUp   context.CancelFunc
}

// An announced is one message, or the error that ended the connection.
type announced struct {
	message safeplist.Dict
	err     error
}

// announcements asks to be told of devices. usbmuxd first tells of those that are there.
func (d Door) announcements(ctx context.Context) (*announcements, error) {
	ctx, cancel := context.WithCancel(ctx)
	mux, err := d.open(ctx)
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
	c := &announcements{link: mux, found: attachments{}, messages: make(chan announced), hangUp: cancel}
	go c.read(ctx)
	return c, nil
}

// Close hangs up, and waits until nothing is read any more.
func (c *announcements) Close() error {
	c.hangUp()
	for range c.messages {
	}
	return c.link.Close()
}

// read reads messages until the connection ends. Nothing else uses the link meanwhile.
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
		case <-ctx.Done():
			return
		}
	}
}

// next waits for a message, however long it does not begin.
func (c *announcements) next(ctx context.Context, buffered *bufio.Reader) (safeplist.Dict, error) {
	if err := c.raw.SetDeadline(time.Time{}); err != nil {
		return nil, c.fail(ctx, err)
	}
	if _, err := buffered.Peek(1); err != nil {
		return nil, c.fail(ctx, err)
	}
	if err := c.hurry(); err != nil {
		return nil, c.fail(ctx, err)
	}
	_, body, err := readMux(buffered)
	if err != nil {
		return nil, c.fail(ctx, err)
	}
	return parse(body)
}

// take takes in one message, and gives what it changes.
func (c *announcements) take(a announced) (Change, error) {
	switch {
	case a.err != nil:
		return Change{}, a.err
	case a.message == nil: // nothing is read any more
		return Change{}, device.Interrupted
	}
	return c.found.follow(a.message)
}

// settle passes on what usbmuxd announces until all that is attached has been: the list
// says the same, or, where there is none, usbmuxd falls silent. One that does neither is
// not waited for longer than for any answer; what it has listed is then taken. malformed
// counts the entries that could not be understood.
func (c *announcements) settle(ctx context.Context, asked *lists, pass func(Change) error) (malformed int, err error) {
	latest := time.NewTimer(c.patience)
	defer latest.Stop()
	quiet := time.NewTimer(quietAtFirst)
	defer quiet.Stop()
	var list muxList
	compared := false // the list was asked for again since something was announced
	unread := 0       // announcements that could not be understood
	doubts := 0       // times that the list was asked for again in silence
	for {
		silent, late := false, false
		select {
		case a := <-c.messages:
			change, err := c.take(a)
			compared = false
			if err == errEntry {
				unread++
			} else if err != nil {
				return c.rescue(ctx, asked, list, pass, err)
			} else if change != (Change{}) {
				if err := pass(change); err != nil {
					return 0, err
				}
			}
			quiet.Reset(quietBetween)
		case list = <-asked.answers:
			asked.pending = false
		case <-quiet.C:
			silent = true
			quiet.Reset(quietBetween)
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
		case c.lacks(list)+list.malformed > unread+c.exceeds(list) && doubts < maxDoubts: // still to be announced
			if silent {
				doubts++
				asked.ask()
			}
		case c.exceeds(list) > 0 && !silent:
			if !compared { // it came since the list was made
				compared = true
				asked.ask()
			}
		default:
			return malformed, c.adopt(list, pass)
		}
	}
}

// maxDoubts is how often the list is asked for again in silence, while it has more than was
// announced. What it then still has is taken.
const maxDoubts = 3

// rescue takes in the list where what is announced broke off, and returns why it did.
func (c *announcements) rescue(ctx context.Context, asked *lists, list muxList, pass func(Change) error, why error) (malformed int, err error) {
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

// lacks counts the entries of a list that were not announced.
func (c *announcements) lacks(list muxList) (count int) {
	for _, a := range list.entries {
		if c.found[a.attachment()].DeviceID < a.DeviceID {
			count++
		}
	}
	return count
}

// exceeds counts what was announced and is not on a list.
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

// adopt takes in what is on a list and was not announced.
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
