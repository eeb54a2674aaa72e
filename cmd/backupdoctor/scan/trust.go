package scan

import (
	"context"
	"errors"
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/actlock"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// askForTrust asks the devices that do not trust this computer to show the Trust dialog, and
// waits until each was answered, or for a minute. A device that stays untrusted
// is examined as far as it lets itself be; why it does is returned by UDID.
func (e Examination) askForTrust(ctx context.Context, attached []usb.Attached) map[string]error {
	untrusted := e.untrusted(ctx, attached)
	if len(untrusted) == 0 {
		return nil
	}
	fmt.Fprintf(e.Screen, "unlock %s, tap Trust on the screen, and enter the passcode\n", words.Count(len(untrusted), "device"))
	countdown := terminal.NewCountdown(e.Screen)
	refusals := make([]error, len(untrusted))
	workers.Start(NewPool(len(untrusted), nil)).Each(len(untrusted), func(i int) device.Reason {
		a := untrusted[i]
		refusals[i] = e.alone(ctx, a, e.Command+" --pair", func(ctx context.Context) error {
			return e.Door.Pair(ctx, a, func(event usb.PairEvent) { countdown.Wait(a.UDID, event.Left) })
		})
		countdown.Done(a.UDID)
		return ""
	})
	why := map[string]error{}
	for i, err := range refusals {
		if err != nil && ctx.Err() == nil {
			why[untrusted[i].UDID] = err
			if held, ok := errors.AsType[*actlock.HeldError](err); ok {
				fmt.Fprintln(e.Screen, held)
				continue
			}
			fmt.Fprintf(e.Screen, "%q does not trust this computer: %v\n", untrusted[i].UDID, device.GapOf(err))
		}
	}
	return why
}

// alone acts on a device while no other command does. One that does is waited for, no longer
// than for a device.
func (e Examination) alone(ctx context.Context, a usb.Attached, command string, act func(context.Context) error) error {
	if e.Locks == "" {
		return act(ctx)
	}
	lock, err := e.Locks.Acquire(ctx, a.UDID, command, e.Door.Over(a.Connection).Limit())
	if err != nil {
		return err
	}
	return errors.Join(act(actlock.With(ctx, lock)), lock.Release())
}

// explainDistrust keeps in a snapshot what the device said when it was asked for trust:
// without a pair record, reading it tells no more than that there is none.
func explainDistrust(s *device.Snapshot, refusal error) {
	if _, err := s.Live.Trusted.Get(); !errors.Is(err, device.NeverPaired) && !errors.Is(err, device.TrustStale) {
		return
	}
	switch device.GapOf(refusal).Reason {
	case device.TrustPending, device.TrustDenied, device.TrustForbidden, device.Locked:
		s.Live.Trusted = device.Unknown[bool](refusal)
	}
}

// untrusted are the devices that a Trust dialog could change the mind of.
func (e Examination) untrusted(ctx context.Context, attached []usb.Attached) []usb.Attached {
	greeted := make([]device.Snapshot, len(attached))
	workers.Start(e.Pool).Each(len(attached), func(i int) device.Reason {
		greeted[i] = e.Door.Greet(ctx, attached[i])
		return greeted[i].Live.Ended.Reason
	})
	var untrusted []usb.Attached
	for i, a := range attached {
		_, err := greeted[i].Live.Trusted.Get()
		switch device.GapOf(err).Reason {
		case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale:
			untrusted = append(untrusted, a)
		}
	}
	return untrusted
}
