package scan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/actlock"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// A stranger is a device that does not trust this computer, and that a Trust dialog could change
// the mind of.
type stranger struct {
	attached *usb.Attached
	told     device.Identity // what it tells any computer
}

// name is its own, or else its UDID.
func (s stranger) name() string {
	if name, err := s.told.Name.Get(); err == nil && name != "" {
		return name
	}
	return s.attached.UDID
}

// askForTrust asks devices that do not trust this computer to show the Trust dialog, and waits
// until each was answered, or for a minute. done is called with each as soon as its try is over,
// and with why it does not trust this computer even so; one that left and returned has its new
// number by then. Several calls can come at a time.
func (e Examination) askForTrust(ctx context.Context, strangers []stranger, done func(s stranger, refusal error)) {
	if len(strangers) == 0 {
		return
	}
	fmt.Fprintf(e.Screen, "unlock %s, tap Trust on the screen, and enter the passcode\n", list(strangers))
	countdown := terminal.NewCountdown(e.Screen)
	workers.Start(NewPool(len(strangers), nil)).Each(len(strangers), func(i int) device.Reason {
		s := strangers[i]
		refusal := e.alone(ctx, *s.attached, func(ctx context.Context) error {
			return e.Door.Pair(ctx, *s.attached, func(event usb.PairEvent) { countdown.Wait(s.name(), event.Left) })
		})
		countdown.Done(s.name())
		if refusal == nil {
			e.renumber(ctx, s)
		} else if brokenOff(ctx, refusal) {
			refusal = nil
		}
		e.sayRefusal(s, refusal)
		done(s, refusal)
		return ""
	})
}

// sayRefusal says why a device could not be paired with.
func (e Examination) sayRefusal(s stranger, refusal error) {
	if held, ok := errors.AsType[*actlock.HeldError](refusal); ok {
		fmt.Fprintln(e.Screen, held)
	} else if refusal != nil {
		fmt.Fprintf(e.Screen, "could not pair with %q: %v\n", s.name(), device.GapOf(refusal))
	}
}

// brokenOff reports whether a try ended with the run, and tells nothing of the device.
func brokenOff(ctx context.Context, err error) bool {
	return ctx.Err() != nil && slices.Contains(stopped(ctx), device.GapOf(err))
}

// alone acts on a device while no other command does. One that does is waited for, no longer
// than for a device.
func (e Examination) alone(ctx context.Context, a usb.Attached, act func(context.Context) error) error {
	if e.Locks == "" {
		return act(ctx)
	}
	lock, err := e.Locks.Acquire(ctx, a.UDID, e.Command+" --pair", e.Door.Over(a.Connection).Limit())
	if err != nil {
		return err
	}
	return errors.Join(act(actlock.With(ctx, lock)), lock.Release())
}

// renumber finds a device again.
func (e Examination) renumber(ctx context.Context, s stranger) {
	found, err := e.Door.Discover(ctx, func(usb.Change) {})
	if err != nil {
		return // if it has not left it is still there
	}
	at := slices.IndexFunc(found.Devices, func(a usb.Attached) bool { return device.SameUDID(a.UDID, s.attached.UDID) })
	if at >= 0 {
		udid := s.attached.UDID // by which the run knows it, in whichever of its spellings
		*s.attached = found.Devices[at]
		s.attached.UDID = udid
	}
}

// list names the devices in a sentence.
func list(strangers []stranger) string {
	names := make([]string, len(strangers))
	for i, s := range strangers {
		names[i] = fmt.Sprintf("%q", s.name())
	}
	return strings.Join(names, ", ")
}

// explainDistrust keeps in a snapshot what became of the try to pair: without a pair record,
// reading the device tells no more than that there is none.
func explainDistrust(s *device.Snapshot, refusal error) {
	if _, err := s.Live.Trusted.Get(); err == nil || refusal == nil {
		return
	}
	s.Live.PairTry = device.GapOf(refusal)
	switch s.Live.PairTry.Reason {
	case device.TrustPending, device.TrustDenied, device.TrustForbidden, device.Locked, device.RecordUnsaved:
		s.Live.Trusted = device.Unknown[bool](refusal)
	}
}

// strangers are the devices that a Trust dialog could change the mind of.
func (e Examination) strangers(ctx context.Context, attached []usb.Attached) []stranger {
	greeted := make([]device.Snapshot, len(attached))
	workers.Start(e.Pool).Each(len(attached), func(i int) device.Reason {
		greeted[i] = e.Door.Greet(ctx, attached[i])
		return greeted[i].Live.Ended.Reason
	})
	var strangers []stranger
	for i := range attached {
		_, err := greeted[i].Live.Trusted.Get()
		if checks.OtherClass(greeted[i]) {
			continue // nothing would be judged of it
		}
		switch device.GapOf(err).Reason {
		case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale, device.RecordBroken:
			strangers = append(strangers, stranger{&attached[i], greeted[i].Device})
		}
	}
	return strangers
}
