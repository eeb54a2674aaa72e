package usb

import (
	"bytes"
	"context"
	"crypto/tls"
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
}

// newLink makes a link that closes when ctx ends.
func newLink(ctx context.Context, conn net.Conn, patience time.Duration) *link {
	return &link{
		DeviceConnection: ios.NewDeviceConnectionWithConn(conn),
		raw:              conn,
		patience:         patience,
		unbind:           context.AfterFunc(ctx, func() { conn.Close() }),
	}
}

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

// secure speaks TLS from here on, showing the host's certificate. That of go-ios has no
// context, parses the key anew for each connection, and speaks nothing below TLS 1.2.
func (l *link) secure(ctx context.Context, identity tls.Certificate) error {
	client := tls.Client(l.raw, &tls.Config{
		// Which certificate a device shows is not documented; see the package comment.
		InsecureSkipVerify: true,
		// lockdownd before iOS 10 speaks nothing newer.
		MinVersion: tls.VersionTLS10,
		// Devices know none of the hybrid key exchanges, which cost CPU and a longer hello.
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384},
		// Devices ask for a certificate without saying whose.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &identity, nil },
	})
	if err := l.hurry(); err != nil {
		return l.fail(ctx, err)
	}
	if err := client.HandshakeContext(ctx); err != nil {
		return l.fail(ctx, err)
	}
	l.DeviceConnection = ios.NewDeviceConnectionWithConn(client)
	return nil
}

// send has one message written, within the time of a request that begins now.
func (l *link) send(ctx context.Context, write func() error) error {
	if l.broken != nil {
		return l.broken
	}
	if err := l.hurry(); err != nil {
		return l.fail(ctx, err)
	}
	if err := write(); err != nil {
		return l.fail(ctx, err)
	}
	return nil
}

// ask sends a message as lockdownd and its services take it, four bytes of length before
// a property list, and reads the answer. An answer that cannot be understood leaves the
// link as it was; any other error breaks it.
func (l *link) ask(ctx context.Context, message any) (safeplist.Dict, error) {
	err := l.send(ctx, func() error { return ios.NewLockDownConnection(l.DeviceConnection).Send(message) })
	if err != nil {
		return nil, err
	}
	return l.receive(ctx, maxReply)
}

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
