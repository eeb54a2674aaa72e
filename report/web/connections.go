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

// Connections limits the number of connections to pages. A connection is anonymous until someone
// signs in on it. Few may be anonymous: a new one replaces the oldest, or the oldest of its own
// address if that has many. Anonymous clients therefore cannot block each other for long, nor use
// up the file descriptors needed for devices, the database and benches.
//
// All listeners that count together share one Connections; the zero value is ready to use.
type Connections struct {
	Anonymous int          // maximum number of anonymous connections; 0 means 64
	All       int          // maximum number of connections; 0 means 256
	Log       *slog.Logger // logs when connections are closed to make room; nil discards

	mu        sync.Mutex
	anonymous list.List // of *connection, oldest first
	known     int
	cut       uint64
	loggedAt  time.Time
}

const (
	maxAnonymous   = 64
	maxConnections = 256
	logEvery       = time.Minute
)

// A ConnectionCount is the number of connections by kind.
type ConnectionCount struct {
	Anonymous int    // not signed in
	SignedIn  int    //
	Cut       uint64 // closed to make room, since the start
}

// Count returns the current counts.
func (c *Connections) Count() ConnectionCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ConnectionCount{c.anonymous.Len(), c.known, c.cut}
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

// A connection is a counted connection.
type connection struct {
	net.Conn
	of     *Connections
	from   netip.Addr
	place  *list.Element // position among the anonymous; nil once signed in
	closed bool
}

// admit counts a connection, closing an anonymous one if there is no place. If there is none to
// close, it closes conn and returns nil.
func (c *Connections) admit(conn net.Conn) *connection {
	anonymous, all := c.Anonymous, c.All
	if anonymous == 0 {
		anonymous = maxAnonymous
	}
	if all == 0 {
		all = maxConnections
	}
	added := &connection{Conn: conn, of: c, from: addressOf(conn)}
	c.mu.Lock()
	var ended []*connection
	for c.anonymous.Len() >= anonymous || c.anonymous.Len()+c.known >= all {
		oldest := c.oldest(added.from, anonymous/2)
		if oldest == nil {
			break
		}
		c.forget(oldest)
		ended = append(ended, oldest)
	}
	full := c.anonymous.Len()+c.known >= all
	if !full {
		added.place = c.anonymous.PushBack(added)
	}
	c.cut += uint64(len(ended))
	tell := (full || len(ended) > 0) && c.Log != nil && time.Since(c.loggedAt) > logEvery
	if tell {
		c.loggedAt = time.Now()
	}
	cut := c.cut
	c.mu.Unlock()
	for _, e := range ended {
		e.Conn.Close()
	}
	if tell {
		c.Log.Warn("closed connections without a sign-in: there were too many", "from", added.from, "cut", cut)
	}
	if full {
		conn.Close()
		return nil
	}
	return added
}

// oldest returns the anonymous connection to replace with a new one: one from the same address if that has
// many, otherwise any. It returns nil if there are none.
func (c *Connections) oldest(from netip.Addr, many int) *connection {
	var own *connection
	count := 0
	for e := c.anonymous.Front(); e != nil; e = e.Next() {
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
	if front := c.anonymous.Front(); front != nil {
		return front.Value.(*connection)
	}
	return nil
}

// forget removes a connection from the count. The caller must hold c.mu.
func (c *Connections) forget(s *connection) {
	if s.closed {
		return
	}
	s.closed = true
	if s.place != nil {
		c.anonymous.Remove(s.place)
		s.place = nil
		return
	}
	c.known--
}

// Close closes the connection and frees its place.
func (s *connection) Close() error {
	s.of.mu.Lock()
	s.of.forget(s)
	s.of.mu.Unlock()
	return s.Conn.Close()
}

// signedIn stops counting the connection as anonymous.
func (s *connection) signedIn() {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	if s.closed || s.place == nil {
		return
	}
	s.of.anonymous.Remove(s.place)
	s.place = nil
	s.of.known++
}

type connectionKey struct{}

// connContext stores the connection in the context of its requests.
func connContext(ctx context.Context, conn net.Conn) context.Context {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	if s, ok := conn.(*connection); ok {
		return context.WithValue(ctx, connectionKey{}, s)
	}
	return ctx
}

// trust marks the connection of a request as one that may see the pages.
func trust(ctx context.Context) {
	if s, ok := ctx.Value(connectionKey{}).(*connection); ok {
		s.signedIn()
	}
}

// addressOf returns the network that a connection comes from.
func addressOf(conn net.Conn) netip.Addr {
	from, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return network(from.Addr().Unmap())
}
