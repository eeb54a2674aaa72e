package web

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// Loopback are the hosts of pages that are only reachable from this computer.
var Loopback = []string{"localhost", "127.0.0.1", "::1"}

// maxBody is the maximum size of a request body in bytes.
const maxBody = 64 << 10

// A Guard describes the pages that it protects.
type Guard struct {
	Hosts   []string // names and addresses that the pages may be requested by, without ports
	Scripts bool     // the pages have scripts, in files of their own
	Secure  bool     // the pages are served over HTTPS only
}

// Handler accepts only requests for one of the hosts, which prevents DNS rebinding, and rejects
// requests from other sites unless a person follows a link. Response headers make browsers
// enforce the same.
func (g Guard) Handler(next http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.setHeaders(w.Header())
		if !g.knows(r.Host) {
			http.Error(w, "these pages have another address", http.StatusMisdirectedRequest)
			return
		}
		if err := sameOrigin.Check(r); err != nil {
			http.Error(w, "this was sent by another site", http.StatusForbidden)
			return
		}
		if readFromElsewhere(r) {
			http.Error(w, "this was asked for by another site", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// readFromElsewhere reports whether another site requests a page other than by a link. That
// site could not read the response, but could detect that the pages exist, and use up
// connections.
func readFromElsewhere(r *http.Request) bool {
	site, follows := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Sec-Fetch-Mode") == "navigate"
	if (site == "cross-site" || site == "same-site") && !follows {
		return true
	}
	origin := r.Header.Get("Origin")
	return r.Method == http.MethodGet && origin != "" && origin != "http://"+r.Host && origin != "https://"+r.Host
}

// knows reports whether the host of a request is one of the pages' hosts.
func (g Guard) knows(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil { // no port
		name = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	return name != "" && slices.ContainsFunc(g.Hosts, func(known string) bool { return strings.EqualFold(known, strings.TrimSuffix(name, ".")) })
}

func (g Guard) setHeaders(h http.Header) {
	policy := "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	if g.Scripts {
		policy += "; script-src 'self'; connect-src 'self'"
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with anything stricter, browsers omit the origin of a form
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), usb=()")
	h.Set("Cache-Control", "no-store")
	if g.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
