package relay

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// The server accepts every connection, and waits some seconds for credentials. Connections that have
// none yet are strangers: beyond maxStrangers, those of the address with most of them are closed,
// the oldest first. They therefore cannot use up the places and file descriptors of benches.
const (
	maxStrangers   = 64
	strangersEvery = 100 * time.Millisecond // a counter is read; the connections only if it has grown
	toldEvery      = time.Minute
)

// Strangers counts connections without credentials to the address for benches.
type Strangers struct {
	Now int    // connected
	Cut uint64 // closed to make room, since the start
}

// strangers limit the connections without credentials of one server.
type strangers struct {
	server *server.Server
	log    *slog.Logger
	most   int // how many may be connected

	mu     sync.Mutex
	count  Strangers
	told   time.Time
	others int // connections that had credentials at the last look
}

// strangersOf returns how many strangers a server that accepts max connections may have.
func strangersOf(max int) int {
	if max <= 0 {
		return maxStrangers
	}
	return min(maxStrangers, cmp.Or(max/4, 1))
}

// watch limits strangers until the context ends.
func (s *strangers) watch(ctx context.Context) {
	tick := time.NewTicker(strangersEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.server.NumClients() <= s.known()+s.most {
			continue
		}
		if err := s.look(); err != nil {
			s.log.Warn("connections without credentials are not limited now", "error", err)
		}
	}
}

func (s *strangers) known() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.others
}

// look counts the connections, and closes those that are too many.
func (s *strangers) look() error {
	conns, err := s.server.Connz(&server.ConnzOptions{Username: true, Limit: maxConns})
	if err != nil {
		return fmt.Errorf("looking at the connections of the hub: %w", err)
	}
	byAddress := map[string][]*server.ConnInfo{}
	now := 0
	for _, conn := range conns.Conns {
		if conn.AuthorizedUser == "" {
			now++
			byAddress[conn.IP] = append(byAddress[conn.IP], conn)
		}
	}
	others := len(conns.Conns) - now
	var cut uint64
	from := ""
	for ; now > s.most; now-- {
		var own []*server.ConnInfo
		for ip, list := range byAddress {
			if len(list) > len(own) {
				own, from = list, ip
			}
		}
		oldest := slices.MinFunc(own, func(a, b *server.ConnInfo) int { return cmp.Compare(a.Cid, b.Cid) })
		byAddress[from] = slices.DeleteFunc(own, func(c *server.ConnInfo) bool { return c == oldest })
		if s.server.DisconnectClientByID(oldest.Cid) == nil { // else it has just ended
			cut++
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.others, s.count.Now = others, now
	s.count.Cut += cut
	if cut > 0 && time.Since(s.told) > toldEvery {
		s.told = time.Now()
		s.log.Warn("connections without credentials are cut off: there are too many", "from", from, "cut", s.count.Cut)
	}
	return nil
}

// state counts the strangers now.
func (s *strangers) state() (Strangers, error) {
	err := s.look()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count, err
}
