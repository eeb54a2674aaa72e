package usb

import (
	"context"

	"github.com/backupdoctor/backupdoctor/device"
)

// An Access is how far a device lets itself be read.
type Access struct {
	Trusted device.Fact[bool] // true if a session could be started; otherwise the gap names the trust state
	Locked  device.Fact[bool] // lockdown / PasswordProtected
}

// Access asks a device whether it trusts this computer and whether it is locked, and
// nothing else: see [PermittedWatching].
func (d Door) Access(ctx context.Context, a Attached) (access Access) {
	d = d.Over(a.Connection)
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	guard(
		func() { access = d.access(ctx, a) },
		func() {
			access = Access{Trusted: device.Unknown[bool](device.Internal), Locked: device.Unknown[bool](device.Internal)}
		},
	)
	return access
}

func (d Door) access(ctx context.Context, a Attached) Access {
	proof, trust := d.readCredential(ctx, a.UDID)
	l, err := d.lockdown(ctx, a)
	if err != nil {
		return Access{Trusted: device.Unknown[bool](err), Locked: device.Unknown[bool](err)}
	}
	defer l.Close()
	if trust == nil {
		trust = l.start(ctx, proof)
	}
	const key = "PasswordProtected"
	locked := fact(l.value(ctx, key), flag, key)
	return Access{Trusted: device.FactOf(true, trust), Locked: locked}
}
