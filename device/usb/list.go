package usb

import (
	"context"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A muxList is usbmuxd's response to ListDevices.
type muxList struct {
	entries   []Attached
	malformed int // entries that could not be parsed
	err       error
}

// list requests all devices currently known to usbmuxd.
func (c Client) list(ctx context.Context) (l muxList) {
	guard(
		func() { l = c.askList(ctx) },
		func() { l.err = device.Internal },
	)
	return l
}

func (c Client) askList(ctx context.Context) muxList {
	mux, err := c.open(ctx)
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

// parseList parses the entries of a list. An entry that cannot be parsed does not affect the
// others.
func parseList(entries []any) muxList {
	var l muxList
	for _, entry := range entries {
		message, _ := entry.(map[string]any) // a nil map has no MessageType
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
