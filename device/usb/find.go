package usb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
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

// Find lists the devices on a cable, each once, by USB port and then by UDID. Devices
// that are only on Wi-Fi are left out. No device is no error; the error is [ErrNoMux] if
// usbmuxd cannot be reached, a [*MuxError] if it refuses, and a [device.Reason] if what
// it says cannot be understood.
//
// It asks to be told of devices as they come, not for the list: above about 29 devices
// some usbmuxd refuse the list.
func (d Door) Find(ctx context.Context) ([]Attached, error) {
	mux, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	defer mux.Close()
	answer, err := mux.askMux(ctx, muxRequest{MessageType: "Listen"})
	if err == nil {
		err = result(answer, "Listen")
	}
	if err != nil {
		return nil, fmt.Errorf("listening for devices: %w", err)
	}
	found := map[uint32]Attached{}
	mux.patience = quietAtFirst
	for {
		if err := mux.hurry(); err != nil {
			return nil, fmt.Errorf("listening for devices: %w", reasonOf(ctx, err))
		}
		message, err := mux.receiveMux(ctx)
		if errors.Is(err, device.Timeout) && ctx.Err() == nil {
			return sorted(found), nil
		}
		if err == nil {
			err = follow(found, message)
		}
		if err != nil {
			return nil, fmt.Errorf("listening for devices: %w", err)
		}
		mux.patience = quietBetween
	}
}

// follow takes in one message about devices that come and go.
func follow(found map[uint32]Attached, message safeplist.Dict) error {
	kind, err := message.Text("MessageType")
	if err != nil {
		return device.Malformed
	}
	switch kind {
	case "Result":
		if err := result(message, "Listen"); err != nil {
			return err
		}
	case "Attached":
		attached, wire, err := parseAttached(message)
		if err != nil {
			return err
		}
		if wire == "USB" {
			found[attached.DeviceID] = attached
		}
	case "Detached":
		id, err := message.Uint("DeviceID")
		if err != nil {
			return device.Malformed
		}
		delete(found, uint32(id))
	}
	return nil
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
	if errors.Join(errID, errUDID, errWire) != nil || udid == "" {
		return attached, "", device.Malformed
	}
	location, err := properties.Uint("LocationID")
	if err != nil {
		location = 0 // only tells where the cable is
	}
	return Attached{UDID: udid, DeviceID: uint32(id), Location: uint32(location)}, wire, nil
}

// sorted lists devices in an order that stays. Of a device that was plugged in anew it
// keeps the newest entry.
func sorted(found map[uint32]Attached) []Attached {
	newest := map[string]Attached{}
	for _, attached := range found {
		if attached.DeviceID >= newest[attached.UDID].DeviceID {
			newest[attached.UDID] = attached
		}
	}
	return slices.SortedFunc(maps.Values(newest), func(a, b Attached) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.UDID, b.UDID))
	})
}
