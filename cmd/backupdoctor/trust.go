package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// askForTrust asks the devices that do not trust this computer to show the Trust dialog, and
// waits until somebody has answered each, or for a minute. A device that stays untrusted
// is examined as far as it lets itself be; why it does is returned by UDID.
func (sc scan) askForTrust(ctx context.Context, attached []usb.Attached) map[string]error {
	untrusted := sc.untrusted(ctx, attached)
	if len(untrusted) == 0 {
		return nil
	}
	fmt.Fprintf(sc.stderr, "unlock %s, tap Trust on the screen, and enter the passcode\n", countOf(len(untrusted)))
	wait := vigil{line: sc.statusLine(), left: map[string]time.Duration{}}
	refusals := make([]error, len(untrusted))
	poolOf(len(untrusted)).each(len(untrusted), func(i int) {
		a := untrusted[i]
		refusals[i] = sc.door.Pair(ctx, a, func(e usb.PairEvent) { wait.waits(a.UDID, e.Left) })
		wait.ends(a.UDID)
	})
	why := map[string]error{}
	for i, err := range refusals {
		if err != nil && ctx.Err() == nil {
			why[untrusted[i].UDID] = err
			fmt.Fprintf(sc.stderr, "%q does not trust this computer: %v\n", untrusted[i].UDID, device.GapOf(err))
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
func (sc scan) untrusted(ctx context.Context, attached []usb.Attached) []usb.Attached {
	greeted := make([]device.Snapshot, len(attached))
	sc.pool.each(len(attached), func(i int) { greeted[i] = sc.door.Greet(ctx, attached[i]) })
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

// A vigil counts down while devices wait for a person.
type vigil struct {
	mu   sync.Mutex
	line *statusLine
	left map[string]time.Duration // of each device that waits, by UDID
}

func (v *vigil) waits(udid string, left time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.left[udid] = left
	v.line.show(fmt.Sprintf("waiting for %s, %d s left", countOf(len(v.left)), int(left.Seconds())))
}

func (v *vigil) ends(udid string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.left, udid)
	if len(v.left) == 0 {
		v.line.show("")
	}
}
