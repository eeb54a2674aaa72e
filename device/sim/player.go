package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A player carries out the steps of a person.
type player struct {
	tray *Tray
	udid string
	seen int      // requests to the tray until the previous step ended
	boot int      // restarts of the device until the previous step ended
	away *plugged // unplugged by the person; nil if it is plugged in
}

// Play carries out the steps of a person with a device, which is or will be in the tray. It
// returns when the last step has ended, or with the error of ctx.
func (t *Tray) Play(ctx context.Context, udid string, person Person) error {
	return <-t.Start(ctx, udid, person)
}

// Start is like Play and does not wait: the channel receives what Play returns. Requests and
// restarts count from the moment Start is called.
func (t *Tray) Start(ctx context.Context, udid string, person Person) <-chan error {
	t.mu.Lock()
	p := t.playerLocked(udid)
	t.mu.Unlock()
	ended := make(chan error, 1)
	go func() { ended <- p.play(ctx, person) }()
	return ended
}

func (p *player) play(ctx context.Context, person Person) error {
	for number, s := range person {
		if err := acts[s.do].do(ctx, p, s.args); err != nil {
			return fmt.Errorf("step %d, %s: %w", number+1, s.do, err)
		}
		p.mark()
	}
	return nil
}

// playerLocked returns a player that counts requests and restarts from now on.
func (t *Tray) playerLocked(udid string) *player {
	return &player{tray: t, udid: udid, seen: len(t.requests), boot: t.boots[udid]}
}

// mark restarts the count of requests and restarts.
func (p *player) mark() { p.seen, p.boot = len(p.tray.Requests()), p.tray.Boots(p.udid) }

// playAll carries out the steps of the persons of all devices in the tray, once.
func (t *Tray) playAll(ctx context.Context, wait func(func())) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.plugged {
		if person := p.Person; len(person) > 0 && !t.played[p.UDID()] {
			t.played[p.UDID()] = true
			player := t.playerLocked(p.UDID())
			wait(func() { _ = player.play(ctx, person) }) // fails only if the tray ends or on errPlugged or errUnplugged
		}
	}
}

// Say says a word, such as that a step was confirmed. One person that awaits it, now or later,
// hears it.
func (t *Tray) Say(word string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.words = append(t.words, word)
	t.changedLocked()
}

// hear removes a word from those said and reports whether it was among them.
func (t *Tray) hear(word string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.words, word)
	if i < 0 {
		return false
	}
	t.words = slices.Delete(t.words, i, i+1)
	return true
}

// changedLocked wakes everything that awaits a request, a restart, a device or a word.
func (t *Tray) changedLocked() {
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

// await waits until is returns true. It calls is again whenever the tray has changed.
func (t *Tray) await(ctx context.Context, is func() bool) error {
	for {
		t.mu.Lock()
		if t.changed == nil {
			t.changed = make(chan struct{})
		}
		changed := t.changed
		t.mu.Unlock()
		if is() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// await carries out an await step.
func (p *player) await(ctx context.Context, args []string) error {
	what := strings.Join(args[1:], " ")
	return p.tray.await(ctx, func() bool {
		switch args[0] {
		case "request":
			requests := p.tray.Requests()
			return slices.ContainsFunc(requests[min(p.seen, len(requests)):], func(r Request) bool {
				return r.UDID == p.udid && r.Service+" "+r.Name == what
			})
		case "boot":
			return p.tray.Boots(p.udid) > p.boot
		default:
			return p.tray.hear(what)
		}
	})
}

// device waits until the device is in the tray.
func (p *player) device(ctx context.Context) (found *plugged, err error) {
	err = p.tray.await(ctx, func() bool {
		found = p.tray.find(p.udid)
		return found != nil
	})
	return found, err
}

// find returns the device with a UDID, or nil.
func (t *Tray) find(udid string) *plugged {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := t.indexLocked(udid); i >= 0 {
		return t.plugged[i]
	}
	return nil
}

// errPlugged and errUnplugged report that the cable is already plugged in or unplugged.
var (
	errPlugged   = errors.New("it is plugged in already")
	errUnplugged = errors.New("it is not plugged in")
)

// pause waits for the seconds of a step.
func (p *player) pause(ctx context.Context, args []string) error {
	length, err := strconv.ParseFloat(args[0], 64)
	if err != nil {
		return err
	}
	select {
	case <-time.After(seconds(length)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
