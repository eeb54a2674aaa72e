package web

import (
	"container/list"
	"context"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Connections limits who may hold connections to pages. A stranger is a connection over which
// nobody has signed in yet: there are few places for them, and a new one takes that of the oldest,
// first of its own address. So strangers take neither each other's places for long, nor the
// descriptors that the program needs for devices, its database and other benches.
//
// One is shared by all that counts it; the zero value is ready.
type Connections struct {
	Strangers int          // how many there may be; 0 is 64
	All       int          // how many connections there may be in all; 0 is 512
	Log       *slog.Logger // where it is reported that strangers were cut off; nil for nowhere

	mu        sync.Mutex
	strangers list.List // of *connection, the oldest first
	known     int
	cut       uint64
	toldAt    time.Time
}

const (
	maxStrangers   = 64
	maxConnections = 256
	tellEvery      = time.Minute
)

// A ConnectionCount tells how many connections there are.
type ConnectionCount struct {
	Strangers int    // over which nobody has signed in
	SignedIn  int    //
	Cut       uint64 // that were ended to make room, since the start
}

// Count counts connections.
func (c *Connections) Count() ConnectionCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ConnectionCount{c.strangers.Len(), c.known, c.cut}
}

// listen limits the connections of a listener.
func (c *Connections) listen(l net.Listener) net.Listener { return limited{l, c} }

type limited struct {
	net.Listener
	connections *Connections
}

func (l limited) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := l.connections.admit(conn); c != nil {
			return c, nil
		}
	}
}

// A connection is one that is counted.
type connection struct {
	net.Conn
	of     *Connections
	from   netip.Addr
	place  *list.Element // among the strangers; nil for one that signed in
	closed bool
}

// admit counts a connection, and ends others where there is no place for it. It is nil, and the
// connection is closed, where none of them is a stranger's.
func (c *Connections) admit(conn net.Conn) *connection {
	strangers, all := c.Strangers, c.All
	if strangers == 0 {
		strangers = maxStrangers
	}
	if all == 0 {
		all = maxConnections
	}
	added := &connection{Conn: conn, of: c, from: addressOf(conn)}
	c.mu.Lock()
	var ended []*connection
	for c.strangers.Len() >= strangers || c.strangers.Len()+c.known >= all {
		oldest := c.oldest(added.from, strangers/2)
		if oldest == nil {
			break
		}
		c.forget(oldest)
		ended = append(ended, oldest)
	}
	full := c.strangers.Len()+c.known >= all
	if !full {
		added.place = c.strangers.PushBack(added)
	}
	c.cut += uint64(len(ended))
	tell := (full || len(ended) > 0) && c.Log != nil && time.Since(c.toldAt) > tellEvery
	if tell {
		c.toldAt = time.Now()
	}
	cut := c.cut
	c.mu.Unlock()
	for _, e := range ended {
		e.Conn.Close()
	}
	if tell {
		c.Log.Warn("connections without a sign-in are cut off: there are too many", "from", added.from, "cut", cut)
	}
	if full {
		conn.Close()
		return nil
	}
	return added
}

// oldest is the stranger whose place a new one takes: of the same address if that has many, else
// of any. It is nil if there are none.
func (c *Connections) oldest(from netip.Addr, many int) *connection {
	var own *connection
	count := 0
	for e := c.strangers.Front(); e != nil; e = e.Next() {
		if s := e.Value.(*connection); s.from == from {
			if own == nil {
				own = s
			}
			count++
		}
	}
	if own != nil && count >= many {
		return own
	}
	if front := c.strangers.Front(); front != nil {
		return front.Value.(*connection)
	}
	return nil
}

// forget takes a connection out of the count. c.mu is locked.
func (c *Connections) forget(s *connection) {
	if s.closed {
		return
	}
	s.closed = true
	if s.place != nil {
		c.strangers.Remove(s.place)
		s.place = nil
		return
	}
	c.known--
}

// Close ends the connection, and frees its place.
func (s *connection) Close() error {
	s.of.mu.Lock()
	s.of.forget(s)
	s.of.mu.Unlock()
	return s.Conn.Close()
}

// signedIn counts the connection as no stranger's from now on.
func (s *connection) signedIn() {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	if s.closed || s.place == nil {
		return
	}
	s.of.strangers.Remove(s.place)
	s.place = nil
	s.of.known++
}

type connectionKey struct{}

// connContext gives requests the connection that they come over.
func connContext(ctx context.Context, conn net.Conn) context.Context {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	if s, ok := conn.(*connection); ok {
		return context.WithValue(ctx, connectionKey{}, s)
	}
	return ctx
}

// trust counts the connection of a request as that of somebody who may see the pages.
func trust(ctx context.Context) {
	if s, ok := ctx.Value(connectionKey{}).(*connection); ok {
		s.signedIn()
	}
}

// addressOf is the network of who connects.
func addressOf(conn net.Conn) netip.Addr {
	from, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return network(from.Addr().Unmap())
}
