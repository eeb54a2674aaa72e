package scan

import (
	"context"
	"errors"
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
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
	NewPool(len(untrusted)).each(len(untrusted), func(i int) {
		a := untrusted[i]
		refusals[i] = e.Door.Pair(ctx, a, func(event usb.PairEvent) { countdown.Wait(a.UDID, event.Left) })
		countdown.Done(a.UDID)
	})
	why := map[string]error{}
	for i, err := range refusals {
		if err != nil && ctx.Err() == nil {
			why[untrusted[i].UDID] = err
			fmt.Fprintf(e.Screen, "%q does not trust this computer: %v\n", untrusted[i].UDID, device.GapOf(err))
		}
	}
	return why
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
	e.Pool.each(len(attached), func(i int) { greeted[i] = e.Door.Greet(ctx, attached[i]) })
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
