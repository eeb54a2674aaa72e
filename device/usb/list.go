package usb

import (
	"context"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// owes is true while usbmuxd lists a device on a cable that it has not told of: it is
// silent because it, or this computer, is busy. A usbmuxd that does not give the list, as
// some do not above some 29 devices, owes nothing.
func (c *cables) owes(ctx context.Context) bool {
	listed, err := c.door.list(ctx)
	if err != nil {
		return false
	}
	for _, attached := range listed {
		if c.found[attached.UDID].DeviceID < attached.DeviceID {
			return true
		}
	}
	return false
}

// list asks for the devices that are on a cable at this moment.
func (d Door) list(ctx context.Context) ([]Attached, error) {
	mux, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	defer mux.Close()
	answer, err := mux.askMux(ctx, muxRequest{MessageType: "ListDevices"})
	if err != nil {
		return nil, err
	}
	entries, err := answer.List("DeviceList")
	if err != nil {
		return nil, device.Malformed
	}
	var listed []Attached
	for _, entry := range entries {
		message, ok := entry.(map[string]any)
		if !ok {
			return nil, device.Malformed
		}
		attached, wire, err := parseAttached(safeplist.Dict(message))
		if err != nil {
			return nil, err
		}
		if wire == "USB" {
			listed = append(listed, attached)
		}
	}
	return listed, nil
}
