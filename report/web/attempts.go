package web

import (
	"maps"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	maxCallers = 4096 // whose attempts are counted apart; those of others are counted together
	tries      = 5    // wrong tokens at once, and then one in tryEvery
	tryEvery   = 10 * time.Second
)

// retryAfter is tryEvery as a header has it.
var retryAfter = strconv.Itoa(int(tryEvery.Seconds()))

// attempts limits how often a caller may send a wrong token.
type attempts struct {
	now func() time.Time

	mu      sync.Mutex
	callers map[netip.Addr]*rate.Limiter
}

// try counts an attempt that failed, and refuses any while its caller had too many.
func (a *attempts) try(caller netip.Addr, matches bool) outcome {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	caller = a.counted(network(caller), now)
	l := a.callers[caller]
	switch {
	case l != nil && l.TokensAt(now) < 1:
		return tooMany
	case matches:
		return accepted
	case l == nil:
		l = rate.NewLimiter(rate.Every(tryEvery), tries)
		a.callers[caller] = l
	}
	l.AllowN(now, 1)
	return wrong
}

// counted is the address under which the attempts of a caller are counted. Those who have not
// failed for a while are forgotten where there is no room; where that makes none, a new caller
// is counted with all others.
func (a *attempts) counted(caller netip.Addr, now time.Time) netip.Addr {
	if a.callers[caller] != nil || len(a.callers) < maxCallers {
		return caller
	}
	maps.DeleteFunc(a.callers, func(_ netip.Addr, l *rate.Limiter) bool { return l.TokensAt(now) >= tries })
	if len(a.callers) < maxCallers {
		return caller
	}
	return netip.Addr{}
}

// callerOf is the address that a request comes from, zero if it has none.
func callerOf(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return from.Addr().Unmap()
}

// network is what one caller has to itself: an address, or a /64 of IPv6.
func network(a netip.Addr) netip.Addr {
	if prefix, err := a.Prefix(64); err == nil && a.Is6() {
		return prefix.Addr()
	}
	return a
}
