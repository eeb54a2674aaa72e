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

// The server accepts every connection, and waits some seconds for credentials. If there are more than
// maxUnauthenticated connections without, the oldest from the address with the most of them are
// closed, so that they cannot use up the connections and file descriptors of benches.
const (
	maxUnauthenticated = 64
	limitEvery         = 100 * time.Millisecond // reads a counter, and lists the connections only if it has grown
	logCutsEvery       = time.Minute
)

// Unauthenticated counts connections without credentials to the address for benches.
type Unauthenticated struct {
	Now int    // connected
	Cut uint64 // closed to make room, since the start
}

// unauthenticatedLimit limits the connections without credentials to one server.
type unauthenticatedLimit struct {
	server *server.Server
	log    *slog.Logger
	max    int // how many may be connected

	mu            sync.Mutex
	count         Unauthenticated
	loggedAt      time.Time
	authenticated int // connections with credentials when they were last counted
}

// unauthenticatedOf returns how many of the max connections that a server accepts may be without
// credentials.
func unauthenticatedOf(max int) int {
	if max <= 0 {
		return maxUnauthenticated
	}
	return min(maxUnauthenticated, cmp.Or(max/4, 1))
}

// watch enforces the limit until the context ends.
func (l *unauthenticatedLimit) watch(ctx context.Context) {
	tick := time.NewTicker(limitEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if l.server.NumClients() <= l.lastAuthenticated()+l.max {
			continue
		}
		if err := l.enforce(); err != nil {
			l.log.Warn("connections without credentials are not limited now", "error", err)
		}
	}
}

func (l *unauthenticatedLimit) lastAuthenticated() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.authenticated
}

// enforce counts the connections, and closes those over the limit.
func (l *unauthenticatedLimit) enforce() error {
	conns, err := l.server.Connz(&server.ConnzOptions{Username: true, Limit: maxConns})
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
	authenticated := len(conns.Conns) - now
	var cut uint64
	from := ""
	for ; now > l.max; now-- {
		var own []*server.ConnInfo
		for ip, list := range byAddress {
			if len(list) > len(own) {
				own, from = list, ip
			}
		}
		oldest := slices.MinFunc(own, func(a, b *server.ConnInfo) int { return cmp.Compare(a.Cid, b.Cid) })
		byAddress[from] = slices.DeleteFunc(own, func(c *server.ConnInfo) bool { return c == oldest })
		if l.server.DisconnectClientByID(oldest.Cid) == nil { // else it has just ended
			cut++
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.authenticated, l.count.Now = authenticated, now
	l.count.Cut += cut
	if cut > 0 && time.Since(l.loggedAt) > logCutsEvery {
		l.loggedAt = time.Now()
		l.log.Warn("closed connections without credentials: there were too many", "from", from, "cut", l.count.Cut)
	}
	return nil
}

// state enforces the limit, and returns the counts.
func (l *unauthenticatedLimit) state() (Unauthenticated, error) {
	err := l.enforce()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count, err
}
