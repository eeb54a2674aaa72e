package web

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"log/slog"
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
	minToken = 16   // bytes of a token that cannot be guessed
	sweepAt  = 4096 // ended sessions, at which those are forgotten that have expired
)

// An AuthConfig says who may see pages: those who have the token, and those whom a proxy
// names. Without both everyone may.
type AuthConfig struct {
	Site   *Site
	Token  string
	Code   string           // signs in once, by the link /in/CODE; "" for none
	Hint   string           // where people find the token
	Salt   string           // sessions end when it or the token becomes another
	For    time.Duration    // how long a session lasts
	Secure bool             // the pages are reached by HTTPS only
	Proxy  Proxy            // that signs people in
	Now    func() time.Time // the clock
	Log    *slog.Logger     // where wrong tokens are reported; nil for nowhere
}

// A Proxy is one in front of the pages that knows who asks.
type Proxy struct {
	Header string         // in which it names the person: X-Forwarded-User; "" if there is no proxy
	From   []netip.Prefix // its addresses; from others the header means nothing
}

// An Auth lets those in who may see the pages.
type Auth struct {
	AuthConfig
	token    [sha256.Size]byte
	key      [sha256.Size]byte // of sessions
	attempts attempts

	mu    sync.Mutex
	used  bool                 // the code was
	ended map[string]time.Time // sessions that were signed out, until they would have expired
}

// NewAuth rejects what would let in strangers.
func NewAuth(config AuthConfig) (*Auth, error) {
	switch {
	case config.Token != "" && len(config.Token) < minToken:
		return nil, errors.New("the token of the pages is shorter than 16 bytes")
	case config.Proxy.Header != "" && len(config.Proxy.From) == 0:
		return nil, errors.New("the proxy of the pages has no address")
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	return &Auth{
		AuthConfig: config,
		token:      sha256.Sum256([]byte(config.Token)),
		key:        sha256.Sum256([]byte("sessions of the pages\x00" + config.Salt + "\x00" + config.Token)),
		attempts:   attempts{now: config.Now, callers: map[netip.Addr]*rate.Limiter{}},
		ended:      map[string]time.Time{},
	}, nil
}

// Required reports whether people have to sign in.
func (a *Auth) Required() bool { return a.Token != "" || a.Proxy.Header != "" }

// Protect is the pages and the files of a site, with the pages for those who are signed in.
func (a *Auth) Protect(pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/", a.Site.serveAsset)
	pages = trusting(pages)
	if !a.Required() {
		mux.Handle("GET /", pages)
		return mux
	}
	mux.HandleFunc("GET /signin", a.signInForm)
	mux.HandleFunc("POST /signin", a.signIn)
	mux.HandleFunc("GET /in/{code}", a.signInOnce)
	mux.HandleFunc("POST /signout", a.signOut)
	mux.Handle("GET /", a.signedIn(pages))
	return mux
}

// trusting counts the connections of those who see the pages as no strangers'.
func trusting(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		trust(r.Context())
		pages.ServeHTTP(w, r)
	})
}

// signedIn lets only those see the pages who may. A browser is led to the form.
func (a *Auth) signedIn(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bearer, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case a.fromProxy(r), !found && a.hasSession(r):
			pages.ServeHTTP(w, r)
		case found:
			switch a.try(r, bearer) {
			case accepted:
				pages.ServeHTTP(w, r)
			case tooMany:
				w.Header().Set("Retry-After", retryAfter)
				http.Error(w, "too many attempts with a wrong token", http.StatusTooManyRequests)
			default:
				a.challenge(w)
			}
		case strings.Contains(r.Header.Get("Accept"), "text/html"):
			http.Redirect(w, r, "/signin?"+url.Values{"next": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		default:
			a.challenge(w)
		}
	})
}

func (a *Auth) challenge(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="backupdoctor"`)
	http.Error(w, "sign in first", http.StatusUnauthorized)
}

func (a *Auth) fromProxy(r *http.Request) bool {
	if a.Proxy.Header == "" || r.Header.Get(a.Proxy.Header) == "" {
		return false
	}
	caller := callerOf(r)
	for _, prefix := range a.Proxy.From {
		if prefix.Contains(caller) {
			return true
		}
	}
	return false
}

// An outcome is what became of an attempt to sign in.
type outcome int

const (
	wrong outcome = iota
	accepted
	tooMany
)

// try compares a token, unless its sender had too many wrong ones.
func (a *Auth) try(r *http.Request, token string) outcome {
	sum := sha256.Sum256([]byte(token))
	matches := a.Token != "" && subtle.ConstantTimeCompare(sum[:], a.token[:]) == 1
	result := a.attempts.try(callerOf(r), matches)
	if result == wrong {
		a.Log.Warn("wrong token", "from", callerOf(r), "path", r.URL.Path)
	}
	return result
}

type signInPage struct {
	Frame
	Hint    string
	Next    string
	Failure string
}

func (a *Auth) showForm(w http.ResponseWriter, status int, next, failure string) {
	if err := a.Site.Show(w, status, "signin", signInPage{a.Site.Frame("signin", "Sign in"), a.Hint, next, failure}); err != nil {
		a.Log.Error("page failed", "page", "signin", "error", err)
	}
}

// signInForm shows the form, or signs in whoever follows a link with the token in it.
func (a *Auth) signInForm(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("token") {
		a.admit(w, r, r.URL.Query().Get("token"), "/")
		return
	}
	a.showForm(w, http.StatusOK, local(r.FormValue("next")), "")
}

// signInOnce signs in the first who follows the link with the code. It then holds no longer, so
// that it does no harm in a terminal's history.
func (a *Auth) signInOnce(w http.ResponseWriter, r *http.Request) {
	sum, code := sha256.Sum256([]byte(r.PathValue("code"))), sha256.Sum256([]byte(a.Code))
	matches := a.Code != "" && subtle.ConstantTimeCompare(sum[:], code[:]) == 1
	a.mu.Lock()
	matches = matches && !a.used
	a.mu.Unlock()
	switch a.attempts.try(callerOf(r), matches) {
	case accepted:
		a.mu.Lock()
		again := a.used
		a.used = true
		a.mu.Unlock()
		if !again {
			a.letIn(w, r, "/")
			return
		}
	case tooMany:
		w.Header().Set("Retry-After", retryAfter)
		a.showForm(w, http.StatusTooManyRequests, "/", "Too many attempts. Wait a moment.")
		return
	}
	a.Log.Warn("wrong or used sign-in link", "from", callerOf(r))
	a.showForm(w, http.StatusForbidden, "/", "This link was used before, or is of an earlier start. Sign in with the token.")
}

// letIn begins a session.
func (a *Auth) letIn(w http.ResponseWriter, r *http.Request, next string) {
	a.setCookie(w, a.sign(rand.Text(), a.Now().Add(a.For)), int(a.For.Seconds()))
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (a *Auth) signIn(w http.ResponseWriter, r *http.Request) {
	a.admit(w, r, r.PostFormValue("token"), local(r.PostFormValue("next")))
}

func (a *Auth) admit(w http.ResponseWriter, r *http.Request, token, next string) {
	switch a.try(r, token) {
	case accepted:
		a.letIn(w, r, next)
	case tooMany:
		w.Header().Set("Retry-After", retryAfter)
		a.showForm(w, http.StatusTooManyRequests, next, "Too many attempts. Wait a moment.")
	default:
		a.showForm(w, http.StatusForbidden, next, "Wrong token.")
	}
}

// signOut ends the session: its cookie is refused from now on, wherever it was copied to.
func (a *Auth) signOut(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(a.cookieName()); err == nil {
		if id, until, ok := a.verify(cookie.Value); ok {
			a.end(id, until)
		}
	}
	a.setCookie(w, "", -1)
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}

func (a *Auth) end(id string, until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.ended) >= sweepAt {
		maps.DeleteFunc(a.ended, func(_ string, until time.Time) bool { return !a.Now().Before(until) })
	}
	a.ended[id] = until
}

func (a *Auth) hasSession(r *http.Request) bool {
	cookie, err := r.Cookie(a.cookieName())
	if err != nil {
		return false
	}
	id, until, ok := a.verify(cookie.Value)
	if !ok || !a.Now().Before(until) {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	_, ended := a.ended[id]
	return !ended
}

// sign makes the value of a cookie: a session's id, when it expires, and a proof of both.
func (a *Auth) sign(id string, until time.Time) string {
	session := id + "." + strconv.FormatInt(until.Unix(), 10)
	return session + "." + hex.EncodeToString(a.proof(session))
}

func (a *Auth) proof(session string) []byte {
	mac := hmac.New(sha256.New, a.key[:])
	mac.Write([]byte(session))
	return mac.Sum(nil)
}

// verify reads the value of a cookie that sign made.
func (a *Auth) verify(value string) (id string, until time.Time, ok bool) {
	end := strings.LastIndexByte(value, '.')
	if end < 0 {
		return "", time.Time{}, false
	}
	proof, err := hex.DecodeString(value[end+1:])
	if err != nil || !hmac.Equal(proof, a.proof(value[:end])) {
		return "", time.Time{}, false
	}
	id, expires, _ := strings.Cut(value[:end], ".")
	seconds, err := strconv.ParseInt(expires, 10, 64)
	return id, time.Unix(seconds, 0), err == nil
}

// cookieName has a prefix by which a browser takes the cookie from this host by HTTPS only.
func (a *Auth) cookieName() string {
	name := strings.ToLower(a.Site.name)
	if a.Secure {
		return "__Host-" + name
	}
	return name
}

func (a *Auth) setCookie(w http.ResponseWriter, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: a.cookieName(), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: a.Secure, SameSite: http.SameSiteStrictMode,
	})
}

// local is where to go on these pages, and their first page if it is elsewhere.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || cmp.Or(u.Scheme, u.Host) != "" || u.User != nil || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}
