package usb

import (
	"cmp"
	"context"

	"github.com/backupdoctor/backupdoctor/device"
)

// anyoneService relays notifications about pairing to any computer, without a session.
const anyoneService = "com.apple.mobile.insecure_notification_proxy"

// trustedHost is posted when a computer that the device trusts begins to speak with it, as one
// does with which it was just paired.
const trustedHost = "com.apple.mobile.lockdown.trusted_host_attached"

// ObserveTrust has a device that does not trust this computer tell when it may have come to do
// so, and calls posted each time. It returns only when it cannot go on: device.Interrupted when
// ctx ends, and otherwise why the device tells nothing. What it sends is in [PermittedWatching].
func (d Door) ObserveTrust(ctx context.Context, a Attached, posted func()) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e := d.newExamination(a)
	defer func() { e.Close() }()
	guard(
		func() { err = e.observeTrust(ctx, posted) },
		func() { err = device.Internal },
	)
	return err
}

func (e *examination) observeTrust(ctx context.Context, posted func()) (err error) {
	if e.lockdown, err = e.door.lockdown(ctx, e.attached); err != nil {
		return err
	}
	root := e.values(ctx, "")
	if err := cmp.Or(e.recognize(root), e.broken); err != nil {
		return err
	}
	notices, err := e.openNotices(ctx, anyoneService, trustedHost)
	if err != nil {
		return err
	}
	defer notices.Close()
	e.Close()
	followNotices(ctx, notices, trustedHost, posted)
	return notices.broken
}
