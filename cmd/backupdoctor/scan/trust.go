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
	name     string // its own, or else its UDID
}

// askForTrust asks the devices that do not trust this computer to show the Trust dialog, and
// waits until each was answered, or for a minute. A device that stays untrusted is examined as
// far as it lets itself be; why it does is returned by UDID. For one that left and
// returned, attached has the new number.
func (e Examination) askForTrust(ctx context.Context, attached []usb.Attached) map[string]error {
	strangers := e.strangers(ctx, attached)
	if len(strangers) == 0 {
		return nil
	}
	fmt.Fprintf(e.Screen, "unlock %s, tap Trust on the screen, and enter the passcode\n", list(strangers))
	countdown := terminal.NewCountdown(e.Screen)
	refusals := make([]error, len(strangers))
	workers.Start(NewPool(len(strangers), nil)).Each(len(strangers), func(i int) device.Reason {
		s := strangers[i]
		refusals[i] = e.alone(ctx, *s.attached, func(ctx context.Context) error {
			return e.Door.Pair(ctx, *s.attached, func(event usb.PairEvent) { countdown.Wait(s.name, event.Left) })
		})
		countdown.Done(s.name)
		return ""
	})
	why := map[string]error{}
	for i, err := range refusals {
		if err != nil && !brokenOff(ctx, err) {
			s := strangers[i]
			why[s.attached.UDID] = err
			if held, ok := errors.AsType[*actlock.HeldError](err); ok {
				fmt.Fprintln(e.Screen, held)
				continue
			}
			fmt.Fprintf(e.Screen, "could not pair with %q: %v\n", s.name, device.GapOf(err))
		}
	}
	if len(why) < len(strangers) {
		e.renumber(ctx, strangers)
	}
	return why
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

// renumber finds the devices again.
func (e Examination) renumber(ctx context.Context, strangers []stranger) {
	found, err := e.Door.Discover(ctx, func(usb.Change) {})
	if err != nil {
		return // those that have not left are still there
	}
	for _, s := range strangers {
		at := slices.IndexFunc(found.Devices, func(a usb.Attached) bool { return device.SameUDID(a.UDID, s.attached.UDID) })
		if at >= 0 {
			*s.attached = found.Devices[at]
		}
	}
}

// list names the devices in a sentence.
func list(strangers []stranger) string {
	names := make([]string, len(strangers))
	for i, s := range strangers {
		names[i] = fmt.Sprintf("%q", s.name)
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
			name, err := greeted[i].Device.Name.Get()
			if err != nil || name == "" {
				name = attached[i].UDID
			}
			strangers = append(strangers, stranger{&attached[i], name})
		}
	}
	return strangers
}
