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
	minToken = 16   // minimum length of a token in bytes, so that it cannot be guessed
	sweepAt  = 4096 // number of ended sessions at which expired ones are dropped
)

// An AuthConfig says who may see the pages: anyone with the token, and anyone a proxy has
// signed in. Without a token and a proxy, the pages are open to everyone.
type AuthConfig struct {
	Site   *Site
	Token  string
	Code   string           // one-time sign-in code, for the link /in/CODE; "" for none
	Hint   string           // where people find the token
	Salt   string           // changing it or the token ends all sessions
	For    time.Duration    // session lifetime
	Secure bool             // the pages are served over HTTPS only
	Proxy  Proxy            // the proxy that signs people in
	Now    func() time.Time // the clock
	Log    *slog.Logger     // logs wrong tokens; nil discards them
}

// A Proxy is an authenticating reverse proxy in front of the pages.
type Proxy struct {
	Header string         // header with the user name, such as X-Forwarded-User; "" if there is no proxy
	From   []netip.Prefix // its addresses; the header is ignored from any other
}

// An Auth controls access to the pages.
type Auth struct {
	AuthConfig
	token    [sha256.Size]byte
	key      [sha256.Size]byte // signs sessions
	attempts attempts

	mu    sync.Mutex
	used  bool                 // the code was used
	ended map[string]time.Time // signed-out sessions, with their original expiry
}

// NewAuth rejects insecure configurations.
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

// Protect returns a handler that serves the assets and sign-in pages to everyone, and pages
// only to people who are signed in.
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

// trusting stops counting a connection as anonymous once it may see the pages.
func trusting(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		trust(r.Context())
		pages.ServeHTTP(w, r)
	})
}

// signedIn serves pages only to people who are signed in. It redirects browsers to the sign-in
// form.
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

// An outcome is the result of an attempt to sign in.
type outcome int

const (
	wrong outcome = iota
	accepted
	tooMany
)

// try compares a token, unless the caller has sent too many wrong ones.
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

// signInForm shows the form, or signs in anyone who follows a link that contains the token.
func (a *Auth) signInForm(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("token") {
		a.admit(w, r, r.URL.Query().Get("token"), "/")
		return
	}
	a.showForm(w, http.StatusOK, local(r.FormValue("next")), "")
}

// signInOnce signs in the first person who follows the link with the code. The code then
// stops working, so that it is harmless in a terminal's history.
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
	a.showForm(w, http.StatusForbidden, "/", "This link was used before, or is from an earlier start. Sign in with the token.")
}

// letIn starts a session.
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

// signOut ends the session. From now on its cookie is rejected, even if it was copied.
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

// sign returns the value of a cookie: the session id, its expiry, and a MAC of both.
func (a *Auth) sign(id string, until time.Time) string {
	session := id + "." + strconv.FormatInt(until.Unix(), 10)
	return session + "." + hex.EncodeToString(a.proof(session))
}

func (a *Auth) proof(session string) []byte {
	mac := hmac.New(sha256.New, a.key[:])
	mac.Write([]byte(session))
	return mac.Sum(nil)
}

// verify parses and checks a cookie value made by sign.
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

// cookieName returns a name with a prefix that makes browsers accept the cookie only from this
// host over HTTPS.
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

// local returns next if it is on these pages, or otherwise their first page.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || cmp.Or(u.Scheme, u.Host) != "" || u.User != nil || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}
