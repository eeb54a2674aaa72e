package usb

import (
	"context"

	"github.com/backupdoctor/backupdoctor/device"
)

// An Access describes how much a device lets this computer read.
type Access struct {
	Trusted device.Fact[bool] // true if a session could be started; otherwise the gap gives the trust state
	Locked  device.Fact[bool] // lockdown / PasswordProtected
}

// Access reports whether a device trusts this computer and whether it is locked. It reads nothing
// else; see [PermittedWatching].
func (c Client) Access(ctx context.Context, a Attached) (access Access) {
	c = c.Over(a.Connection)
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	guard(
		func() { access = c.access(ctx, a) },
		func() {
			access = Access{Trusted: device.Unknown[bool](device.Internal), Locked: device.Unknown[bool](device.Internal)}
		},
	)
	return access
}

func (c Client) access(ctx context.Context, a Attached) Access {
	e := c.newExamination(a)
	defer func() { e.Close() }()
	_, trust := e.begin(ctx)
	const key = "PasswordProtected"
	locked := fact(e.value(ctx, key), flag, key)
	return Access{Trusted: device.FactOf(true, trust), Locked: locked}
}
