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
	maxCallers = 4096 // callers counted separately; all others share one count
	tries      = 5    // wrong tokens allowed at once; afterwards one per tryEvery
	tryEvery   = 10 * time.Second
)

// retryAfter is tryEvery as the value of a Retry-After header.
var retryAfter = strconv.Itoa(int(tryEvery.Seconds()))

// attempts limits how often a caller may send a wrong token.
type attempts struct {
	now func() time.Time

	mu      sync.Mutex
	callers map[netip.Addr]*rate.Limiter
}

// try counts a failed attempt, and rejects all attempts while the caller has had too many.
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

// counted returns the address under which a caller's attempts are counted. If there is no room,
// it forgets callers without recent failures; if there is still none, a new caller shares one
// count with all others.
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

// callerOf returns the address that a request comes from, or the zero Addr if unknown.
func callerOf(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return from.Addr().Unmap()
}

// network returns the range that belongs to one caller: an IPv4 address, or an IPv6 /64.
func network(a netip.Addr) netip.Addr {
	if prefix, err := a.Prefix(64); err == nil && a.Is6() {
		return prefix.Addr()
	}
	return a
}
