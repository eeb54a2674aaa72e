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

// A link is one connection: to usbmuxd, and once that has connected it, to a device.
//
// go-ios carries it and frames what is sent, over a connection of ours that has deadlines.
// Replies are read here: go-ios sets memory aside for whatever length a device claims, and
// makes one text of every way in which reading can fail.
type link struct {
	*ios.DeviceConnection               // what to read from and write to: raw, or TLS over it
	raw                   net.Conn      // below any TLS
	patience              time.Duration // for one answer
	unbind                func() bool   // from the context
	broken                error         // why nothing more can be asked; nil while it can
	frame                 []byte        // the last answer that was received
}

// newLink makes a link that closes when ctx ends.
func newLink(ctx context.Context, conn net.Conn, patience time.Duration) *link {
	return &link{
		DeviceConnection: carried(conn),
		raw:              conn,
		patience:         patience,
		unbind:           context.AfterFunc(ctx, func() { conn.Close() }),
	}
}

// carried has go-ios carry a connection. It may not close it: after a failure to write, an alert
// may still have to be read.
func carried(conn net.Conn) *ios.DeviceConnection {
	return ios.NewDeviceConnectionWithConn(keptOpen{conn})
}

type keptOpen struct{ net.Conn }

func (keptOpen) Close() error { return nil }

// brokenLink is one that could not be made.
func brokenLink(why error) *link { return &link{broken: why} }

// Close hangs up without the goodbyes of TLS, for which a stalled device would be waited.
func (l *link) Close() error {
	if l.raw == nil {
		return nil
	}
	l.unbind()
	return l.raw.Close()
}

// fail breaks the link: an answer that was missed would be taken for that to the next
// request. It gives the reason.
func (l *link) fail(ctx context.Context, err error) error {
	l.broken = reasonOf(ctx, err)
	return l.broken
}

// hurry starts the time of one request and its answer.
func (l *link) hurry() error { return l.raw.SetDeadline(time.Now().Add(l.patience)) }

// send has one message written, within the time of a request that begins now.
func (l *link) send(ctx context.Context, write func() error) error {
	if l.broken != nil {
		return l.broken
	}
	if err := l.hurry(); err != nil {
		return l.fail(ctx, err)
	}
	if err := write(); err != nil {
		return l.fail(ctx, l.whyClosed(err))
	}
	return nil
}

// whyClosed finds the alert with which a device closed TLS, where writing failed before it was
// read.
func (l *link) whyClosed(err error) error {
	var one [1]byte
	if _, errRead := l.Read(one[:]); alert(errRead) {
		return errRead
	}
	return err
}

// ask sends a message as lockdownd and its services take it, four bytes of length before
// a property list, and reads the answer. An answer that cannot be understood leaves the
// link as it was; any other error breaks it.
//
// An answer that is not mine belongs to an earlier message, was sent twice, and is passed
// over; repeated is true of one that is the same, byte for byte, as the answer before.
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

// anyAnswer takes every answer, of a service that is asked once.
func anyAnswer(safeplist.Dict, bool) bool { return true }

// maxReply bounds an answer, in bytes. The largest a device is known to send, its root
// values, is a hundredth of it.
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

// readBody reads length bytes. Memory grows with what arrives, not with what was
// promised; a promise of more than limit is device.Oversized.
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

// parse decodes a frame, whose length was bounded when it was read.
func parse(frame []byte) (safeplist.Dict, error) {
	return safeplist.Parse(frame, safeplist.Limits{MaxDepth: 32, MaxObjects: 50_000})
}
