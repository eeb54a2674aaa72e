package relay

import (
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// A wire is a proxy between a bench and its hub that can be cut. A frayed wire silently drops data
// in the given directions.
type wire struct {
	to      string
	cut     bool
	toHub   atomic.Bool // drops data
	fromHub atomic.Bool

	mu       sync.Mutex
	listener net.Listener
	conns    []net.Conn
}

// newWire starts a wire to a hub and returns the address for the bench.
func newWire(t testing.TB, hub string) (*wire, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{to: strings.TrimPrefix(hub, "tls://"), listener: listener}
	t.Cleanup(func() {
		listener.Close()
		w.set(true)
	})
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			w.relay(conn)
		}
	}()
	return w, "tls://" + listener.Addr().String()
}

func (w *wire) relay(near net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		near.Close()
		return
	}
	far, err := net.Dial("tcp", w.to)
	if err != nil {
		near.Close()
		return
	}
	w.conns = append(w.conns, near, far)
	go carry(far, near, &w.toHub)
	go carry(near, far, &w.fromHub)
}

func carry(to, from net.Conn, swallows *atomic.Bool) {
	defer to.Close()
	defer from.Close()
	bytes := make([]byte, 32<<10)
	for {
		n, err := from.Read(bytes)
		if err != nil {
			return
		}
		if swallows.Load() {
			continue
		}
		if _, err := to.Write(bytes[:n]); err != nil {
			return
		}
	}
}

// set cuts or restores the wire.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for _, conn := range w.conns {
			conn.Close()
		}
		w.conns = nil
	}
}

// TestLinkIsCut cuts the link for long, and often during delivery: each report arrives, once.
func TestLinkIsCut(t *testing.T) {
	t.Parallel()
	f := newFleet(t, "north")
	var s shelf
	hub := f.hub(t, &s)
	running(t, hub.Run)
	w, near := newWire(t, hub.Listen)
	bench := f.bench(t, "north", near)
	running(t, bench.Run)
	ids := publish(t, bench, 10)
	s.mustHold(t, ids)

	w.set(true)
	eventually(t, "the bench knows that its link is cut", func() bool { return !benchState(t, bench).Linked })
	many := 300
	if testing.Short() {
		many = 100 // under the race detector, each takes many times as long
	}
	ids = append(ids, publish(t, bench, many)...)
	if state := benchState(t, bench); state.Waiting < int64(many) {
		t.Errorf("while the link is cut %d reports wait", state.Waiting)
	}
	for _, frayed := range []*atomic.Bool{&w.toHub, &w.fromHub, &w.toHub} {
		w.set(false)
		linked(t, bench)
		before := len(s.messages())
		eventually(t, "some reports arrive", func() bool { return len(s.messages()) > before || benchState(t, bench).Waiting == 0 })
		// From here on, messages in transit or their acknowledgements are lost.
		frayed.Store(true)
		ids = append(ids, publish(t, bench, many/3)...)
		w.set(true)
		frayed.Store(false)
	}
	w.set(false)
	s.mustHold(t, ids)
	drained(t, bench)
}
