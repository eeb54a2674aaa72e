package sim

import (
	"encoding/binary"
	"io"
	"net"
	"time"
)

// records gives crypto/tls one record at a time, so that it never reads ahead into what
// the client sends in plain text after the session.
type records struct {
	net.Conn
	head []byte // of the current record's header, what is not yet read
	rest int    // bytes of the current record's body that are not yet read
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

// A delayLine holds what the client sends for the round trip time of a device. The way
// back is free, so that every round trip costs the time once, and requests sent
// together travel together.
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

// delayed puts a delay line before a connection. After the connection is closed, drain
// must be called.
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

// drain returns when nothing of the delay line runs any more.
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

// afterTLS reads plain text again once a TLS session is over, without the alert by
// which the client may have said goodbye to it.
type afterTLS struct {
	net.Conn
	begun bool
	head  []byte // of the first request, what is not yet read
}

func (a *afterTLS) Read(p []byte) (int, error) {
	const alert = 0x15
	if !a.begun {
		a.begun = true
		head := make([]byte, 5) // of a TLS record, or of a request, which is never shorter
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
