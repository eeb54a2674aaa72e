package usb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A MuxError reports a request that usbmuxd refused.
type MuxError struct {
	Request string // Listen, Connect, …
	Number  uint64 // the Result number: 2 no such device, 3 connection refused, …
}

// Error returns a message with the request and the number.
func (e *MuxError) Error() string {
	return fmt.Sprintf("usbmuxd refused %s with result %d", e.Request, e.Number)
}

// Unwrap returns the reason with its details.
func (e *MuxError) Unwrap() error {
	return device.Gap{Reason: device.MuxTrouble, Detail: fmt.Sprintf("%s.%d", e.Request, e.Number)}
}

// muxRequest covers every message to usbmuxd; unused fields stay empty.
type muxRequest struct {
	BundleID            string
	ClientVersionString string
	MessageType         string
	ProgName            string
	LibUSBMuxVersion    uint32 `plist:"kLibUSBMuxVersion"`
	DeviceID            uint32 `plist:",omitempty"`
	PortNumber          uint16 `plist:",omitempty"`
	PairRecordID        string `plist:",omitempty"`
	PairRecordData      []byte `plist:",omitempty"`
}

// tags numbers the requests of this process. usbmuxd echoes the number of a request in its
// response.
var tags atomic.Uint32

// askMux sends one message to usbmuxd and reads the response.
func (l *link) askMux(ctx context.Context, request muxRequest) (safeplist.Dict, error) {
	request.BundleID = "org.backupdoctor"
	request.ClientVersionString = "backupdoctor"
	request.ProgName = "backupdoctor"
	request.LibUSBMuxVersion = 3
	tag := tags.Add(1)
	if err := l.send(ctx, func() error { return l.Send(muxFrame(tag, ios.ToPlistBytes(request))) }); err != nil {
		return nil, err
	}
	return l.receiveMux(ctx, tag)
}

// muxHeader precedes every message, little-endian.
type muxHeader struct {
	Length  uint32 // including the header
	Version uint32
	Type    uint32
	Tag     uint32
}

const muxHeaderSize = 16

// muxFrame prepends the header to a property list.
func muxFrame(tag uint32, body []byte) []byte {
	frame := make([]byte, 0, muxHeaderSize+len(body))
	for _, field := range []uint32{uint32(muxHeaderSize + len(body)), 1, 8, tag} {
		frame = binary.LittleEndian.AppendUint32(frame, field)
	}
	return append(frame, body...)
}

// maxMuxMessage limits a usbmuxd message, in bytes; pair records are the largest.
const maxMuxMessage = 1 << 20

// maxStrays is how many messages are read, at most, to find the response to a request.
const maxStrays = 16

// receiveMux reads the response with the given tag. Messages with other tags answer other
// requests and are skipped.
func (l *link) receiveMux(ctx context.Context, tag uint32) (safeplist.Dict, error) {
	for range maxStrays {
		header, body, err := readMux(l)
		if err != nil {
			return nil, l.fail(ctx, err)
		}
		if header.Tag == tag {
			l.frame = muxFrame(tag, body)
			return parse(body)
		}
	}
	return nil, l.fail(ctx, device.Malformed)
}

// readMux reads a usbmuxd message: its header and its property list.
func readMux(r io.Reader) (muxHeader, []byte, error) {
	var header muxHeader
	if err := binary.Read(r, binary.LittleEndian, &header); err != nil {
		return header, nil, err
	}
	if header.Length < muxHeaderSize {
		return header, nil, device.Malformed
	}
	body, err := readBody(r, header.Length-muxHeaderSize, maxMuxMessage)
	return header, body, err
}

// result returns nil for a Result that reports success. Anything that is not a Result is an error
// and never counts as success.
func result(answer safeplist.Dict, request string) error {
	kind, err := answer.Text("MessageType")
	if err != nil || kind != "Result" {
		return device.Malformed
	}
	number, err := answer.Uint("Number")
	if errors.Is(err, device.Implausible) { // negative; some muxers write the number as signed
		var signed float64
		signed, err = answer.Float("Number")
		number = uint64(uint32(int64(signed)))
	}
	if err != nil {
		return device.Malformed
	}
	if number != 0 {
		return &MuxError{Request: request, Number: number}
	}
	return nil
}

// connect connects the link to a port of the device.
func (l *link) connect(ctx context.Context, to Attached, port uint16) error {
	answer, err := l.askMux(ctx, muxRequest{
		MessageType: "Connect",
		DeviceID:    to.DeviceID,
		PortNumber:  ios.Ntohs(port), // usbmuxd expects network byte order
	})
	if err == nil {
		err = result(answer, "Connect")
	}
	if err == nil {
		l.raw = &afterRepeat{Conn: l.raw, repeat: l.frame}
		l.DeviceConnection = carried(l.raw)
	}
	if refusal, ok := err.(*MuxError); ok {
		const noSuchDevice = 2
		if refusal.Number == noSuchDevice {
			return device.Detached
		}
		return device.Gap{Reason: device.Unreachable, Detail: fmt.Sprintf("usbmux%d", refusal.Number)}
	}
	switch reason := device.GapOf(err).Reason; {
	case err == nil, ctx.Err() != nil, reason == device.Timeout: // usbmuxd was waiting for the device
		return err
	case reason == device.Detached: // usbmuxd closed the connection, not the device
		return device.Gap{Reason: device.Unreachable, Detail: "usbmux.hungup"}
	default:
		return device.Gap{Reason: device.Unreachable, Detail: "usbmux." + detail(string(reason))}
	}
}

// dial opens a new connection to a port of the device.
func (c Client) dial(ctx context.Context, to Attached, port uint16) (*link, error) {
	l, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.connect(ctx, to, port); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}
