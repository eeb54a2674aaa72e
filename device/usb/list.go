package usb

import (
	"context"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A muxList is usbmuxd's answer to ListDevices.
type muxList struct {
	entries   []Attached
	malformed int // entries that could not be understood
	err       error
}

// list asks for all devices that usbmuxd has at this moment.
func (d Door) list(ctx context.Context) (l muxList) {
	guard(
		func() { l = d.askList(ctx) },
		func() { l.err = device.Internal },
	)
	return l
}

func (d Door) askList(ctx context.Context) muxList {
	mux, err := d.open(ctx)
	if err != nil {
		return muxList{err: err}
	}
	defer mux.Close()
	answer, err := mux.askMux(ctx, muxRequest{MessageType: "ListDevices"})
	if err != nil {
		return muxList{err: err}
	}
	entries, err := answer.List("DeviceList")
	if err != nil {
		if refusal := result(answer, "ListDevices"); refusal != nil {
			return muxList{err: refusal}
		}
		return muxList{err: device.Malformed}
	}
	if len(entries) > maxAttached {
		return muxList{err: device.Oversized}
	}
	return parseList(entries)
}

// parseList reads the entries of a list. One that cannot be understood costs itself only.
func parseList(entries []any) muxList {
	var l muxList
	for _, entry := range entries {
		message, _ := entry.(map[string]any) // nil has no MessageType
		kind, _ := safeplist.Dict(message).Text("MessageType")
		attached, err := parseAttached(message)
		if err != nil || kind != "Attached" {
			l.malformed++
			continue
		}
		l.entries = append(l.entries, attached)
	}
	return l
}
