package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/time/rate"
)

const (
	token      = "a token for the tests"
	sessionFor = 12 * time.Hour
)

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// testSite is a site with one template of its own.
var testSite = NewSite("Test", fstest.MapFS{"templates/page.html": {Data: []byte(`{{define "page"}}{{template "head" .}}{{template "foot" .}}{{end}}`)}}, nil, Part{"/", "First"})

// protected returns pages that answer every request, behind an Auth.
func protected(t testing.TB, c AuthConfig) http.Handler {
	t.Helper()
	c.Site, c.For = testSite, sessionFor
	if c.Now == nil {
		c.Now = func() time.Time { return now }
	}
	auth, err := NewAuth(c)
	if err != nil {
		t.Fatal(err)
	}
	return auth.Protect(http.HandlerFunc(pages))
}

func TestSigningIn(t *testing.T) {
	clock := now
	handler := protected(t, AuthConfig{Token: token, Secure: true, Now: func() time.Time { return clock }})
	ask := func(method, address string, form url.Values, cookies ...*http.Cookie) *http.Response {
		r := httptest.NewRequest(method, "https://hub.example.org"+address, strings.NewReader(form.Encode()))
		r.Header.Set("Accept", "text/html")
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for _, cookie := range cookies {
			r.AddCookie(cookie)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Result()
	}
	if got := ask("GET", "/devices?site=Oslo", nil); got.StatusCode != 303 || got.Header.Get("Location") != "/signin?next=%2Fdevices%3Fsite%3DOslo" {
		t.Errorf("a client without a session gets %d and is sent to %s", got.StatusCode, got.Header.Get("Location"))
	}
	if got := ask("POST", "/signin", url.Values{"token": {"wrong"}}); got.StatusCode != 403 || len(got.Cookies()) != 0 {
		t.Errorf("a wrong token gets %d and %v", got.StatusCode, got.Cookies())
	}
	got := ask("POST", "/signin", url.Values{"token": {token}, "next": {"/devices?site=Oslo"}})
	if got.StatusCode != 303 || got.Header.Get("Location") != "/devices?site=Oslo" || len(got.Cookies()) != 1 {
		t.Fatalf("the token gets %d, %v", got.StatusCode, got.Header)
	}
	cookie := got.Cookies()[0]
	if cookie.Name != "__Host-test" || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteStrictMode || strings.Contains(cookie.Value, token) {
		t.Errorf("the cookie is %v", cookie)
	}
	if got := ask("GET", "/devices", nil, cookie); got.StatusCode != 200 {
		t.Errorf("with the cookie: %d", got.StatusCode)
	}
	longer := *cookie
	longer.Value = strings.Replace(cookie.Value, ".", ".9", 1) // would expire later
	if got := ask("GET", "/devices", nil, &longer); got.StatusCode != 303 {
		t.Errorf("with a cookie that was made longer: %d", got.StatusCode)
	}
	clock = now.Add(sessionFor + time.Second)
	if got := ask("GET", "/devices", nil, cookie); got.StatusCode != 303 {
		t.Errorf("with an old cookie: %d", got.StatusCode)
	}
	for range tries + 1 {
		got = ask("POST", "/signin", url.Values{"token": {"wrong"}})
	}
	if got.StatusCode != 429 || got.Header.Get("Retry-After") == "" {
		t.Errorf("after many tries: %d", got.StatusCode)
	}
	if got := ask("POST", "/signin", url.Values{"token": {token}}); got.StatusCode != 429 {
		t.Errorf("then the token gets %d", got.StatusCode)
	}
	clock = clock.Add(tryEvery)
	if got := ask("POST", "/signin", url.Values{"token": {token}, "next": {"https://evil.example"}}); got.Header.Get("Location") != "/" {
		t.Errorf("somebody is sent to %s", got.Header.Get("Location"))
	}
}

// Signing out ends the session for every copy of its cookie; sessions of other browsers
// continue.
func TestSigningOut(t *testing.T) {
	handler := protected(t, AuthConfig{Token: token})
	signIn := func() *http.Cookie {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/signin?token="+url.QueryEscape(token), nil))
		return w.Result().Cookies()[0]
	}
	ask := func(method, path string, cookie *http.Cookie) int {
		r := httptest.NewRequest(method, path, nil)
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if method == "POST" && w.Result().Cookies()[0].MaxAge >= 0 {
			t.Errorf("signing out keeps the cookie: %v", w.Result().Cookies())
		}
		return w.Code
	}
	one, other := signIn(), signIn()
	if got := ask("POST", "/signout", one); got != 303 {
		t.Errorf("signing out is answered with %d", got)
	}
	if got := ask("GET", "/", one); got != 401 {
		t.Errorf("a copy of the cookie is answered with %d", got)
	}
	if got := ask("GET", "/", other); got != 200 {
		t.Errorf("the cookie of another browser is answered with %d", got)
	}
}

// Wrong tokens in a header are limited like those in the form, separately for each caller.
func TestWrongBearerTokens(t *testing.T) {
	clock := now
	handler := protected(t, AuthConfig{Token: token, Now: func() time.Time { return clock }})
	ask := func(from, bearer string) int {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = from
		r.Header.Set("Authorization", "Bearer "+bearer)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	for range 100 {
		if got := ask("192.0.2.1:1", token); got != 200 {
			t.Fatalf("the token is answered with %d", got)
		}
	}
	for range tries {
		if got := ask("192.0.2.1:1", "wrong"); got != 401 {
			t.Errorf("a wrong token is answered with %d", got)
		}
	}
	for from, want := range map[string]int{"192.0.2.1:2": 429, "192.0.2.2:1": 200, "[2001:db8::1]:1": 200} {
		if got := ask(from, token); got != want {
			t.Errorf("then the token from %s is answered with %d, want %d", from, got, want)
		}
	}
	for range tries {
		ask("[2001:db8::1]:1", "wrong")
	}
	if got := ask("[2001:db8::2]:1", token); got != 429 {
		t.Errorf("the token from the same network of IPv6 is answered with %d", got)
	}
	clock = clock.Add(tryEvery)
	if got := ask("192.0.2.1:3", token); got != 200 {
		t.Errorf("after a while the token is answered with %d", got)
	}
}

// However many callers there are, memory use is bounded, and each caller is limited.
func TestManyCallers(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine after another: the race detector finds nothing in it")
	}
	a := attempts{now: func() time.Time { return now }, callers: map[netip.Addr]*rate.Limiter{}}
	address := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}) }
	for n := range maxCallers + 1000 {
		a.try(address(n), false)
	}
	if len(a.callers) > maxCallers+1 {
		t.Errorf("%d callers are remembered", len(a.callers))
	}
	if got := a.try(address(maxCallers+2000), true); got != tooMany {
		t.Errorf("one more gets %d", got)
	}
	a.now = func() time.Time { return now.Add(time.Hour) }
	if got := a.try(address(maxCallers+2000), false); got != wrong || len(a.callers) > 2 {
		t.Errorf("an hour later one more gets %d, and %d are remembered", got, len(a.callers))
	}
}

func TestRejectedAuth(t *testing.T) {
	for _, c := range []AuthConfig{{Token: "short"}, {Proxy: Proxy{Header: "X-User"}}} {
		if _, err := NewAuth(c); err == nil {
			t.Errorf("%+v lets people in", c)
		}
	}
	auth, err := NewAuth(AuthConfig{})
	if err != nil || auth.Required() {
		t.Errorf("without a token people have to sign in: %v", err)
	}
}

func TestLocal(t *testing.T) {
	for next, want := range map[string]string{
		"/devices?a=b": "/devices?a=b", "": "/", "//evil.example": "/", `/\evil.example`: "/", "https://evil.example": "/", "evil": "/", "javascript:x": "/", "/a\n": "/", "/\t/evil.example": "/",
	} {
		if got := local(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}

func TestAssets(t *testing.T) {
	handler := protected(t, AuthConfig{})
	r := httptest.NewRequest("GET", "http://hub.example.org"+testSite.AssetPath("style.css"), nil)
	got := httptest.NewRecorder()
	handler.ServeHTTP(got, r)
	if got.Code != 200 || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/css") || !strings.Contains(got.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	if style, _ := io.ReadAll(got.Body); regexp.MustCompile(`@import|url\(`).Match(style) {
		t.Error("the style loads something")
	}
	r = httptest.NewRequest("GET", "http://hub.example.org/assets/style.css", nil)
	got = httptest.NewRecorder()
	if handler.ServeHTTP(got, r); got.Code != 404 {
		t.Errorf("without its digest: %d", got.Code)
	}
}

// FuzzLocal resolves accepted paths like a browser does: they must stay on the host.
func FuzzLocal(f *testing.F) {
	for _, next := range []string{"/", "//x", "/\\x", "/a?b=//c", "http:x"} {
		f.Add(next)
	}
	base := &url.URL{Scheme: "https", Host: "hub.example.org", Path: "/signin"}
	f.Fuzz(func(t *testing.T, next string) {
		to, err := url.Parse(local(next))
		if err != nil {
			t.Fatal(err)
		}
		if got := base.ResolveReference(to); got.Host != base.Host || got.Scheme != "https" {
			t.Errorf("%q leads to %s", next, got)
		}
	})
}

func FuzzCookie(f *testing.F) {
	a, err := NewAuth(AuthConfig{Token: token, Now: func() time.Time { return now }})
	if err != nil {
		f.Fatal(err)
	}
	good := a.sign("an id", now.Add(time.Hour))
	f.Add(good)
	f.Add("1.")
	f.Fuzz(func(t *testing.T, value string) {
		_, _, valid := a.verify(value)
		proof := strings.LastIndexByte(good, '.')
		same := len(value) == len(good) && value[:proof] == good[:proof] && strings.EqualFold(value, good) // hexadecimal digits have two cases
		if valid != same {
			t.Errorf("%q is taken for a cookie: %t", value, valid)
		}
	})
}

// A link signs in only the first person who follows it.
func TestLinkSignsInOnce(t *testing.T) {
	auth, err := NewAuth(AuthConfig{
		Site: testSite, Token: strings.Repeat("t", 16), Code: "the-code", For: time.Hour, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := auth.Protect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("inside")) }))
	follow := func(path string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		for _, cookie := range cookies {
			r.AddCookie(cookie)
		}
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		return w
	}
	if got := follow("/in/another"); got.Code != http.StatusForbidden || len(got.Result().Cookies()) > 0 {
		t.Errorf("a wrong link is answered with %d", got.Code)
	}
	first := follow("/in/the-code")
	if first.Code != http.StatusSeeOther || len(first.Result().Cookies()) != 1 {
		t.Fatalf("the link is answered with %d", first.Code)
	}
	if got := follow("/", first.Result().Cookies()...); got.Body.String() != "inside" {
		t.Errorf("who has followed it sees %q", got.Body)
	}
	if got := follow("/in/the-code"); got.Code != http.StatusForbidden || len(got.Result().Cookies()) > 0 {
		t.Errorf("the second who follows it is answered with %d", got.Code)
	}
}
