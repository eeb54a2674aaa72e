package hubpages

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	signedInFor = 12 * time.Hour
	maxCallers  = 4096 // whose tries are counted apart; the others are counted together
	tries       = 5    // at once, and then one in tryEvery
	tryEvery    = 10 * time.Second
)

// A door knows who may come in.
type door struct {
	token [sha256.Size]byte
	key   []byte // of the cookies; another token makes all of them worthless
	proxy Proxy
	named bool // there is a token
	safe  bool // cookies go over HTTPS only
	now   func() time.Time

	mu      sync.Mutex
	callers map[netip.Addr]*rate.Limiter
}

func newDoor(c Config) *door {
	key := sha256.Sum256([]byte("cookie of the fleet's pages\x00" + c.Token))
	return &door{
		token: sha256.Sum256([]byte(c.Token)), key: key[:], proxy: c.Proxy, named: c.Token != "", safe: c.Guard.Secure, now: c.Now,
		callers: map[netip.Addr]*rate.Limiter{},
	}
}

// opens reports whether a token is the one.
func (d *door) opens(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return d.named && subtle.ConstantTimeCompare(sum[:], d.token[:]) == 1
}

// mayTry reports whether a caller has not tried too often.
func (d *door) mayTry(r *http.Request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	caller := network(callerOf(r))
	limiter, known := d.callers[caller]
	if !known && len(d.callers) >= maxCallers { // those who have not tried for a while are forgotten
		maps.DeleteFunc(d.callers, func(_ netip.Addr, l *rate.Limiter) bool { return l.TokensAt(d.now()) >= tries })
	}
	if !known && len(d.callers) >= maxCallers {
		caller = netip.Addr{}
		limiter, known = d.callers[caller]
	}
	if !known {
		limiter = rate.NewLimiter(rate.Every(tryEvery), tries)
		d.callers[caller] = limiter
	}
	return limiter.AllowN(d.now(), 1)
}

// callerOf is the address that a request comes from, zero if it has none.
func callerOf(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return from.Addr().Unmap()
}

// network is what one caller has to himself: an address, or a whole network of version 6.
func network(a netip.Addr) netip.Addr {
	if prefix, err := a.Prefix(64); err == nil && a.Is6() {
		return prefix.Addr()
	}
	return a
}

// admits reports whether a request is signed in: by its cookie, by the token in its header, or
// by the proxy.
func (d *door) admits(r *http.Request) bool {
	if d.fromProxy(r) {
		return true
	}
	if token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); found {
		return d.opens(token)
	}
	cookie, err := r.Cookie(d.cookieName())
	return err == nil && d.named && d.valid(cookie.Value)
}

func (d *door) fromProxy(r *http.Request) bool {
	if d.proxy.Header == "" || r.Header.Get(d.proxy.Header) == "" {
		return false
	}
	caller := callerOf(r)
	for _, prefix := range d.proxy.From {
		if prefix.Contains(caller) {
			return true
		}
	}
	return false
}

func (d *door) cookieName() string {
	if d.safe {
		return "__Host-fleet" // a browser takes it from this host by HTTPS only
	}
	return "fleet"
}

// sign makes the value of a cookie: until when it holds, and a proof of that.
func (d *door) sign(until time.Time) string {
	expires := strconv.FormatInt(until.Unix(), 10)
	return expires + "." + hex.EncodeToString(d.proof(expires))
}

func (d *door) proof(expires string) []byte {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte(expires))
	return mac.Sum(nil)
}

func (d *door) valid(value string) bool {
	expires, proof, _ := strings.Cut(value, ".")
	given, err := hex.DecodeString(proof)
	if err != nil || !hmac.Equal(given, d.proof(expires)) {
		return false
	}
	until, err := strconv.ParseInt(expires, 10, 64)
	return err == nil && d.now().Unix() < until
}

func (d *door) setCookie(w http.ResponseWriter, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: d.cookieName(), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: d.safe, SameSite: http.SameSiteStrictMode,
	})
}

// signedIn lets only those in who may see the pages.
func (s *site) signedIn(inside http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.door.admits(r):
			inside.ServeHTTP(w, r)
		case r.Method == http.MethodGet && r.Header.Get("Authorization") == "" && strings.Contains(r.Header.Get("Accept"), "text/html"):
			http.Redirect(w, r, "/signin?"+url.Values{"next": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		default:
			w.Header().Set("WWW-Authenticate", `Bearer realm="fleet"`)
			http.Error(w, "sign in first", http.StatusUnauthorized)
		}
	})
}

type signInPage struct {
	frame
	Next  string
	Words string
}

func (s *site) signInForm(w http.ResponseWriter, r *http.Request) {
	s.show(w, http.StatusOK, "signin", signInPage{frame{Title: "Sign in"}, local(r.FormValue("next")), ""})
}

func (s *site) signIn(w http.ResponseWriter, r *http.Request) {
	next := local(r.PostFormValue("next"))
	if !s.door.mayTry(r) {
		w.Header().Set("Retry-After", strconv.Itoa(int(tryEvery.Seconds())))
		s.show(w, http.StatusTooManyRequests, "signin", signInPage{frame{Title: "Sign in"}, next, "Too many tries. Wait a moment."})
		return
	}
	if !s.door.opens(r.PostFormValue("token")) {
		s.Log.Warn("somebody tried to sign in with a wrong token", "from", callerOf(r))
		s.show(w, http.StatusForbidden, "signin", signInPage{frame{Title: "Sign in"}, next, "This is not the token."})
		return
	}
	s.door.setCookie(w, s.door.sign(s.Now().Add(signedInFor)), int(signedInFor.Seconds()))
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (s *site) signOut(w http.ResponseWriter, r *http.Request) {
	s.door.setCookie(w, "", -1)
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}

// local is where to go on these pages, and their beginning if it is elsewhere.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}
