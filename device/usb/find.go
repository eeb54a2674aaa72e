package usb

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// How long usbmuxd may be silent until its list of devices is taken for complete. It
// sends what is attached right behind its answer to Listen. The first wait is longer,
// because only an empty tray has to sit it out.
const (
	quietAtFirst = 500 * time.Millisecond
	quietBetween = 100 * time.Millisecond
)

// Bounds of what usbmuxd may tell, so that memory has them, too.
const (
	maxAttached = 10_000 // devices, many times what the buses of one computer carry
	maxUDID     = 64     // bytes; the longest there are, of old devices, have 40
)

// Find lists the devices on a cable, each once, by USB port and then by UDID. Devices
// that are only on Wi-Fi are left out. No device is no error; the error is [ErrNoMux] if
// usbmuxd cannot be reached, a [*MuxError] if it refuses, and a [device.Reason] if what
// it says cannot be understood.
//
// It asks to be told of devices as they come: above about 29 devices some usbmuxd refuse
// the list. Where the list is given, it tells whether all have come.
func (d Door) Find(ctx context.Context) ([]Attached, error) {
	c, err := d.cables(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := c.settle(ctx, func(Change) error { return nil }); err != nil {
		return nil, fmt.Errorf("listening for devices: %w", err)
	}
	return sorted(c.found), nil
}

// cables is a connection on which usbmuxd tells of devices that come and go.
type cables struct {
	*link
	door     Door
	buffered *bufio.Reader
	found    map[string]Attached // what is on a cable, by UDID
}

// cables asks to be told of devices. usbmuxd first tells of those that are there.
func (d Door) cables(ctx context.Context) (*cables, error) {
	mux, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := mux.askMux(ctx, muxRequest{MessageType: "Listen"})
	if err == nil {
		err = result(answer, "Listen")
	}
	if err != nil {
		mux.Close()
		return nil, fmt.Errorf("listening for devices: %w", err)
	}
	return &cables{link: mux, door: d, buffered: bufio.NewReader(mux), found: map[string]Attached{}}, nil
}

// settle passes on what usbmuxd tells until it is silent and owes nothing: all that is
// attached has been told. One that is never silent is not waited for longer than for any
// answer.
func (c *cables) settle(ctx context.Context, pass func(Change) error) error {
	latest := time.Now().Add(c.patience)
	for quiet := quietAtFirst; time.Now().Before(latest); quiet = quietBetween {
		spoke, err := c.await(ctx, time.Now().Add(quiet))
		if err != nil {
			return err
		}
		if !spoke {
			if !c.owes(ctx) {
				return nil
			}
			continue
		}
		change, err := c.next(ctx)
		if err == nil {
			err = pass(change)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// await waits until a message begins, and gives false if none has by the deadline; the zero
// deadline never comes.
func (c *cables) await(ctx context.Context, deadline time.Time) (spoke bool, err error) {
	if err := c.raw.SetDeadline(deadline); err != nil {
		return false, c.fail(ctx, err)
	}
	_, err = c.buffered.Peek(1)
	if errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil {
		return false, nil
	}
	if err != nil {
		return false, c.fail(ctx, err)
	}
	return true, nil
}

// next reads one message, and gives what it changes; the zero Change is nothing.
func (c *cables) next(ctx context.Context) (Change, error) {
	if err := c.hurry(); err != nil {
		return Change{}, c.fail(ctx, err)
	}
	body, err := readMux(c.buffered)
	if err != nil {
		return Change{}, c.fail(ctx, err)
	}
	message, err := parse(body)
	if err != nil {
		return Change{}, err
	}
	return follow(c.found, message)
}

// follow takes in one message about devices that come and go, and gives what it changes.
//
// Of a device that is plugged in anew usbmuxd may tell first that it came, and then, or
// never, that it went: the entry with the highest number is the newest, and the only one.
func follow(found map[string]Attached, message safeplist.Dict) (Change, error) {
	kind, err := message.Text("MessageType")
	if err != nil {
		return Change{}, device.Malformed
	}
	switch kind {
	case "Result":
		return Change{}, result(message, "Listen")
	case "Attached":
		attached, wire, err := parseAttached(message)
		if err != nil || wire != "USB" {
			return Change{}, err
		}
		known, ok := found[attached.UDID]
		switch {
		case ok && attached.DeviceID <= known.DeviceID:
			return Change{}, nil
		case !ok && len(found) == maxAttached:
			return Change{}, device.Oversized
		}
		found[attached.UDID] = attached
		return Change{Attached: attached}, nil
	case "Detached":
		id, err := message.Uint("DeviceID")
		if err != nil {
			return Change{}, device.Malformed
		}
		for udid, attached := range found {
			if attached.DeviceID == uint32(id) {
				delete(found, udid)
				return Change{Attached: attached, Gone: true}, nil
			}
		}
	}
	return Change{}, nil
}

// parseAttached reads one device, and what it is connected by: USB or Network.
func parseAttached(message safeplist.Dict) (attached Attached, wire string, err error) {
	properties, err := message.Dict("Properties")
	if err != nil {
		return attached, "", device.Malformed
	}
	id, errID := message.Uint("DeviceID")
	udid, errUDID := properties.Text("SerialNumber")
	wire, errWire := properties.Text("ConnectionType")
	if errors.Join(errID, errUDID, errWire) != nil || udid == "" || len(udid) > maxUDID {
		return attached, "", device.Malformed
	}
	location, err := properties.Uint("LocationID")
	if err != nil {
		location = 0 // only tells where the cable is
	}
	return Attached{UDID: udid, DeviceID: uint32(id), Location: uint32(location)}, wire, nil
}

// sorted lists devices in an order that stays.
func sorted(found map[string]Attached) []Attached {
	return slices.SortedFunc(maps.Values(found), func(a, b Attached) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.UDID, b.UDID))
	})
}
