package usb

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"github.com/backupdoctor/backupdoctor/device"
)

// Probe asks usbmuxd for its capabilities. It contacts no device; see [PermittedProbing].
func (c Client) Probe(ctx context.Context) (mux device.Mux) {
	guard(
		func() { mux = c.probe(ctx) },
		func() { mux.Reached = device.Unknown[bool](device.Internal) },
	)
	return mux
}

func (c Client) probe(ctx context.Context) device.Mux {
	mux := device.Mux{Address: c.Address, Named: c.Address != ""}
	if !mux.Named {
		mux.Address = defaultAddress
	}
	conn, err := c.open(ctx)
	if err != nil {
		why := dialGap(err)
		mux.Reached, mux.Lists, mux.HasRecords = device.Unknown[bool](why), device.Unknown[bool](why), device.Unknown[bool](why)
		return mux
	}
	defer conn.Close()
	mux.Reached = device.Known(true)
	mux.HasRecords = conn.hasRecords(ctx)
	list := c.list(ctx)
	mux.Lists = answered(list.err)
	found, err := c.Discover(ctx, func(Change) {})
	if err != nil {
		return mux
	}
	mux.Malformed = found.Malformed
	mux.Records = map[string]device.Fact[bool]{}
	for _, a := range found.Devices {
		if a.Connection == device.USB {
			mux.Cables++
		} else {
			mux.Networks++
		}
		_, err := c.readCredential(ctx, a.UDID)
		mux.Records[a.UDID] = device.FactOf(true, err)
	}
	return mux
}

// dialGap explains why usbmuxd accepts no connection.
func dialGap(err error) device.Gap {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return device.Gap{Reason: device.Unreachable, Detail: "missing"}
	case errors.Is(err, fs.ErrPermission):
		return device.Gap{Reason: device.NotPermitted, Detail: "denied"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return device.Gap{Reason: device.Unreachable, Detail: "refused"}
	default:
		return device.GapOf(err)
	}
}

// hasRecords reports whether usbmuxd stores pair records. Old versions left that to each program;
// they refuse to give the BUID.
func (l *link) hasRecords(ctx context.Context) device.Fact[bool] {
	answer, err := l.askMux(ctx, muxRequest{MessageType: "ReadBUID"})
	if err != nil {
		return device.Unknown[bool](err)
	}
	if buid, err := answer.Text("BUID"); err == nil && buid != "" {
		return device.Known(true)
	}
	return answered(result(answer, "ReadBUID"))
}

// answered is true for a response and false for a refusal.
func answered(err error) device.Fact[bool] {
	if _, refused := errors.AsType[*MuxError](err); refused {
		return device.Known(false)
	}
	return device.FactOf(true, err)
}
