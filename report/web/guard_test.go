package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// pages answers every request, and reads the request body.
func pages(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		return
	}
	io.WriteString(w, "page")
}

func answer(g Guard, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	g.Handler(http.HandlerFunc(pages)).ServeHTTP(w, r)
	return w
}

func TestHosts(t *testing.T) {
	g := Guard{Hosts: append([]string{"hub.example.org"}, Loopback...)}
	cases := map[string]int{
		"hub.example.org": 200, "hub.example.org:8443": 200, "HUB.example.org.": 200, "localhost:80": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "[::1]": 200,
		"evil.example.org": 421, "hub.example.org.evil.example": 421, "127.0.0.2": 421, "localhost.evil.example:80": 421, "": 421, ":80": 421, "[": 421,
	}
	for host, want := range cases {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		if got := answer(g, r); got.Code != want || (want == 200) != (got.Body.String() == "page") {
			t.Errorf("%q is answered with %d, want %d", host, got.Code, want)
		}
	}
}

func TestRequestsOfOtherSites(t *testing.T) {
	cases := []struct {
		method string
		header http.Header
		want   int
	}{
		{"POST", http.Header{}, 200}, // no browser
		{"POST", http.Header{"Sec-Fetch-Site": {"same-origin"}}, 200},
		{"POST", http.Header{"Origin": {"https://hub.example.org"}}, 200},
		{"POST", http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403},
		{"POST", http.Header{"Sec-Fetch-Site": {"same-site"}}, 403},
		{"POST", http.Header{"Origin": {"https://evil.example"}}, 403},
		{"POST", http.Header{"Origin": {"null"}}, 403},
		{"DELETE", http.Header{"Origin": {"https://evil.example"}}, 403},
		{"GET", http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}}, 403},
		{"GET", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}}, 200}, // a link
		{"GET", http.Header{"Sec-Fetch-Site": {"same-site"}, "Sec-Fetch-Mode": {"cors"}}, 403},
		{"GET", http.Header{"Origin": {"https://evil.example"}}, 403}, // an old browser
		{"GET", http.Header{"Origin": {"https://hub.example.org"}}, 200},
	}
	for _, c := range cases {
		r := httptest.NewRequest(c.method, "https://hub.example.org/", nil)
		r.Header = c.header
		if got := answer(Guard{Hosts: []string{"hub.example.org"}}, r).Code; got != c.want {
			t.Errorf("%s with %v is answered with %d, want %d", c.method, c.header, got, c.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	r := httptest.NewRequest("GET", "http://localhost/", nil)
	plain := answer(Guard{Hosts: Loopback}, r).Header()
	for name, want := range map[string]string{
		"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Frame-Options":              "DENY",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), usb=()",
		"Cache-Control":                "no-store",
		"Strict-Transport-Security":    "",
	} {
		if got := plain.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	with := answer(Guard{Hosts: Loopback, Scripts: true, Secure: true}, r).Header()
	if policy := with.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "; script-src 'self'; connect-src 'self'") {
		t.Errorf("with scripts: %s", policy)
	}
	if with.Get("Strict-Transport-Security") == "" {
		t.Error("nothing keeps a browser to HTTPS")
	}
	r.Host = "evil.example"
	if refused := answer(Guard{Hosts: Loopback}, r).Header(); refused.Get("Content-Security-Policy") == "" {
		t.Error("what is refused has no headers")
	}
}

func TestLongPosts(t *testing.T) {
	r := httptest.NewRequest("POST", "http://localhost/", strings.NewReader(strings.Repeat("x", maxBody+1)))
	if got := answer(Guard{Hosts: Loopback}, r).Code; got != http.StatusRequestEntityTooLarge {
		t.Errorf("a long post is answered with %d", got)
	}
}
