package sim

import (
	"encoding/binary"
	"io"
	"net"
	"time"
)

// records passes crypto/tls one record at a time, so that it never reads ahead into the plaintext
// that the client sends after the session.
type records struct {
	net.Conn
	head []byte // the unread part of the current record's header
	rest int    // unread bytes of the current record's body
}

func (r *records) Read(p []byte) (int, error) {
	if len(r.head) == 0 && r.rest == 0 {
		head := make([]byte, 5)
		if _, err := io.ReadFull(r.Conn, head); err != nil {
			return 0, err
		}
		r.head, r.rest = head, int(binary.BigEndian.Uint16(head[3:]))
	}
	if len(r.head) > 0 {
		n := copy(p, r.head)
		r.head = r.head[n:]
		return n, nil
	}
	n, err := r.Conn.Read(p[:min(len(p), r.rest)])
	r.rest -= n
	return n, err
}

// A delayLine delays what the client sends by the device's round trip time. The other direction
// is not delayed, so every round trip takes that time once, and requests sent together arrive
// together.
type delayLine struct {
	net.Conn
	arrivals <-chan arrival
	pending  []byte
	err      error // how the client's side ended
}

type arrival struct {
	data []byte
	due  time.Time
	err  error
}

// delayed puts a delay line in front of a connection. drain must be called after the connection
// is closed.
func delayed(c net.Conn, latency time.Duration) *delayLine {
	arrivals := make(chan arrival, 64)
	go func() {
		defer close(arrivals)
		for {
			buffer := make([]byte, 4096)
			n, err := c.Read(buffer)
			arrivals <- arrival{buffer[:n], time.Now().Add(latency), err}
			if err != nil {
				return
			}
		}
	}()
	return &delayLine{Conn: c, arrivals: arrivals}
}

// drain waits for the delay line to stop.
func (d *delayLine) drain() {
	for range d.arrivals {
	}
}

func (d *delayLine) Read(p []byte) (int, error) {
	for len(d.pending) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		next, open := <-d.arrivals
		if !open {
			return 0, net.ErrClosed
		}
		time.Sleep(time.Until(next.due))
		d.pending, d.err = next.data, next.err
	}
	n := copy(p, d.pending)
	d.pending = d.pending[n:]
	return n, nil
}

// afterTLS reads plaintext again after a TLS session, skipping the close_notify alert that the
// client may have sent.
type afterTLS struct {
	net.Conn
	begun bool
	head  []byte // the unread part of the first request
}

func (a *afterTLS) Read(p []byte) (int, error) {
	const alert = 0x15
	if !a.begun {
		a.begun = true
		head := make([]byte, 5) // header of a TLS record, or the start of a request, which is never shorter
		if _, err := io.ReadFull(a.Conn, head); err != nil {
			return 0, err
		}
		if head[0] != alert {
			a.head = head
		} else if _, err := io.CopyN(io.Discard, a.Conn, int64(binary.BigEndian.Uint16(head[3:]))); err != nil {
			return 0, err
		}
	}
	if len(a.head) > 0 {
		n := copy(p, a.head)
		a.head = a.head[n:]
		return n, nil
	}
	return a.Conn.Read(p)
}
