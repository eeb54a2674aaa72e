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

// An untrustedDevice is a device that does not trust this computer yet, and may after a Trust dialog.
type untrustedDevice struct {
	attached *usb.Attached
	told     device.Identity // what it reveals to any computer
}

// name returns the device's name, or its UDID if the name is unknown.
func (s untrustedDevice) name() string {
	if name, err := s.told.Name.Get(); err == nil && name != "" {
		return name
	}
	return s.attached.UDID
}

// askForTrust asks devices to show the Trust dialog, and waits until each was answered, for a
// minute at most. It calls done for each device as soon as its attempt ends, with the reason if
// it still does not trust this computer; a device that was replugged has its new number by
// then. done may be called concurrently.
func (e Examination) askForTrust(ctx context.Context, untrusted []untrustedDevice, done func(s untrustedDevice, refusal error)) {
	if len(untrusted) == 0 {
		return
	}
	fmt.Fprintf(e.Screen, "unlock %s, tap Trust on the screen, and enter the passcode\n", list(untrusted))
	countdown := terminal.NewCountdown(e.Screen)
	workers.Start(NewPool(len(untrusted), nil)).Each(len(untrusted), func(i int) device.Reason {
		s := untrusted[i]
		refusal := e.alone(ctx, *s.attached, func(ctx context.Context) error {
			return e.Client.Pair(ctx, *s.attached, func(event usb.PairEvent) { countdown.Wait(s.name(), event.Left) })
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

// sayRefusal prints why pairing with a device failed.
func (e Examination) sayRefusal(s untrustedDevice, refusal error) {
	if held, ok := errors.AsType[*actlock.HeldError](refusal); ok {
		fmt.Fprintln(e.Screen, held)
	} else if refusal != nil {
		fmt.Fprintf(e.Screen, "could not pair with %q: %v\n", s.name(), device.GapOf(refusal))
	}
}

// brokenOff reports whether an attempt failed only because the run ended, which says nothing
// about the device.
func brokenOff(ctx context.Context, err error) bool {
	return ctx.Err() != nil && slices.Contains(stopped(ctx), device.GapOf(err))
}

// alone runs act while no other command acts on the device. It waits for another command no
// longer than the time limit of a device.
func (e Examination) alone(ctx context.Context, a usb.Attached, act func(context.Context) error) error {
	if e.Locks == "" {
		return act(ctx)
	}
	lock, err := e.Locks.Acquire(ctx, a.UDID, e.Command+" --pair", e.Client.Over(a.Connection).Limit())
	if err != nil {
		return err
	}
	return errors.Join(act(actlock.With(ctx, lock)), lock.Release())
}

// renumber updates the number of a device that was replugged.
func (e Examination) renumber(ctx context.Context, s untrustedDevice) {
	found, err := e.Client.Discover(ctx, func(usb.Change) {})
	if err != nil {
		return // not there: keep the old number
	}
	at := slices.IndexFunc(found.Devices, func(a usb.Attached) bool { return device.SameUDID(a.UDID, s.attached.UDID) })
	if at >= 0 {
		udid := s.attached.UDID // the spelling that the run uses
		*s.attached = found.Devices[at]
		s.attached.UDID = udid
	}
}

// list joins the names of devices for a sentence.
func list(untrusted []untrustedDevice) string {
	names := make([]string, len(untrusted))
	for i, s := range untrusted {
		names[i] = fmt.Sprintf("%q", s.name())
	}
	return strings.Join(names, ", ")
}

// explainDistrust records in a snapshot why pairing failed: reading the device alone shows only
// that there is no pair record.
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

// untrusted returns the devices that a Trust dialog could help.
func (e Examination) untrusted(ctx context.Context, attached []usb.Attached) []untrustedDevice {
	greeted := make([]device.Snapshot, len(attached))
	workers.Start(e.Pool).Each(len(attached), func(i int) device.Reason {
		greeted[i] = e.Client.Greet(ctx, attached[i])
		return greeted[i].Live.Ended.Reason
	})
	var untrusted []untrustedDevice
	for i := range attached {
		_, err := greeted[i].Live.Trusted.Get()
		if checks.OtherClass(greeted[i]) {
			continue // nothing would be judged of it
		}
		switch device.GapOf(err).Reason {
		case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale, device.RecordBroken:
			untrusted = append(untrusted, untrustedDevice{&attached[i], greeted[i].Device})
		}
	}
	return untrusted
}
