package usb

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"time"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A link is one connection: to usbmuxd, and after connect, to a device.
//
// go-ios frames outgoing messages; the underlying connection is our own and has deadlines.
// Responses are read here, because go-ios allocates whatever length a device claims and reports
// every read failure as the same text.
type link struct {
	*ios.DeviceConnection               // the current transport: raw, or TLS over it
	raw                   net.Conn      // below any TLS
	timeout               time.Duration // timeout for one response
	unbind                func() bool   // detaches the link from its context
	broken                error         // why the link is unusable; nil while it works
	frame                 []byte        // the last response received
}

// newLink returns a link that closes when ctx is done.
func newLink(ctx context.Context, conn net.Conn, timeout time.Duration) *link {
	return &link{
		DeviceConnection: carried(conn),
		raw:              conn,
		timeout:          timeout,
		unbind:           context.AfterFunc(ctx, func() { conn.Close() }),
	}
}

// carried wraps a connection for go-ios. go-ios must not close it: after a failed write there may
// still be a TLS alert to read.
func carried(conn net.Conn) *ios.DeviceConnection {
	return ios.NewDeviceConnectionWithConn(keptOpen{conn})
}

type keptOpen struct{ net.Conn }

func (keptOpen) Close() error { return nil }

// brokenLink returns a link that could not be opened.
func brokenLink(why error) *link { return &link{broken: why} }

// Close closes the connection without a TLS close_notify, which could block on a stalled device.
func (l *link) Close() error {
	if l.raw == nil {
		return nil
	}
	l.unbind()
	return l.raw.Close()
}

// fail marks the link as broken and returns the reason. A late response would otherwise be
// mistaken for that of the next request.
func (l *link) fail(ctx context.Context, err error) error {
	l.broken = reasonOf(ctx, err)
	return l.broken
}

// setDeadline sets the deadline for one request and its response.
func (l *link) setDeadline() error { return l.raw.SetDeadline(time.Now().Add(l.timeout)) }

// send calls write with the deadline of a new request.
func (l *link) send(ctx context.Context, write func() error) error {
	if l.broken != nil {
		return l.broken
	}
	if err := l.setDeadline(); err != nil {
		return l.fail(ctx, err)
	}
	if err := write(); err != nil {
		return l.fail(ctx, l.whyClosed(err))
	}
	return nil
}

// whyClosed looks for the TLS alert that a device sent before it closed the connection, if a
// write failed before the alert was read.
func (l *link) whyClosed(err error) error {
	var one [1]byte
	if _, errRead := l.Read(one[:]); alert(errRead) {
		return errRead
	}
	return err
}

// ask sends a message in the format of lockdownd and its services, a property list with a
// four-byte length prefix, and reads the response. A response that cannot be parsed leaves the
// link usable; any other error breaks it.
//
// Responses for which mine returns false belong to an earlier message or are duplicates, and are
// skipped. repeated reports whether a response is byte for byte identical to the previous one.
func (l *link) ask(ctx context.Context, message any, mine func(answer safeplist.Dict, repeated bool) bool) (safeplist.Dict, error) {
	err := l.send(ctx, func() error { return ios.NewLockDownConnection(l.DeviceConnection).Send(message) })
	if err != nil {
		return nil, err
	}
	for range maxStrays {
		before := l.frame
		answer, err := l.receive(ctx, maxReply)
		if err != nil || mine(answer, bytes.Equal(before, l.frame)) {
			return answer, err
		}
	}
	return nil, l.fail(ctx, device.Malformed)
}

// anyAnswer accepts every response, for services that are asked only once.
func anyAnswer(safeplist.Dict, bool) bool { return true }

// maxReply limits the size of a response, in bytes. The largest known, a device's root values, is
// a hundredth of it.
const maxReply = 1 << 20

// receive reads one length-prefixed property list of at most limit bytes.
func (l *link) receive(ctx context.Context, limit uint32) (safeplist.Dict, error) {
	var head [4]byte
	if _, err := io.ReadFull(l, head[:]); err != nil {
		return nil, l.fail(ctx, err)
	}
	body, err := readBody(l, binary.BigEndian.Uint32(head[:]), limit)
	if err != nil {
		return nil, l.fail(ctx, err)
	}
	l.frame = append(head[:], body...)
	return parse(body)
}

// readBody reads length bytes. Memory grows with the data received, not with the claimed length.
// A length above limit is device.Oversized.
func readBody(r io.Reader, length, limit uint32) ([]byte, error) {
	if length > limit {
		return nil, device.Oversized
	}
	const promised = 64 << 10
	var body bytes.Buffer
	body.Grow(int(min(length, promised)))
	if _, err := io.CopyN(&body, r, int64(length)); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return body.Bytes(), nil
}

// parse decodes a frame, whose length was checked when it was read.
func parse(frame []byte) (safeplist.Dict, error) {
	return safeplist.Parse(frame, safeplist.Limits{MaxDepth: 32, MaxObjects: 50_000})
}
