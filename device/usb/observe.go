package usb

import (
	"cmp"
	"context"

	"github.com/backupdoctor/backupdoctor/device"
)

// anyoneService relays pairing notifications to any computer, without a session.
const anyoneService = "com.apple.mobile.insecure_notification_proxy"

// trustedHost is posted when a trusted computer starts talking to the device, as a computer does
// right after pairing.
const trustedHost = "com.apple.mobile.lockdown.trusted_host_attached"

// ObserveTrust watches a device that does not trust this computer and calls posted whenever that
// may have changed. It returns only when it cannot continue: device.Interrupted when ctx is done,
// otherwise the reason the device sends no notifications. Its requests are listed in
// [PermittedWatching].
func (c Client) ObserveTrust(ctx context.Context, a Attached, posted func()) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e := c.newExamination(a)
	defer func() { e.Close() }()
	guard(
		func() { err = e.observeTrust(ctx, posted) },
		func() { err = device.Internal },
	)
	return err
}

func (e *examination) observeTrust(ctx context.Context, posted func()) (err error) {
	if e.lockdown, err = e.client.lockdown(ctx, e.attached); err != nil {
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
