package releases

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFetch(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/v2/pmv", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "{}") })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/v2/pmv", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://example.com/", http.StatusFound)
	})
	mux.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://"+r.Host, http.StatusFound) })
	mux.HandleFunc("/circle", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/circle", http.StatusFound) })
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for range maxBytes/1024 + 1 {
			fmt.Fprint(w, strings.Repeat(" ", 1024))
		}
	})
	server := httptest.NewTLSServer(mux)
	defer server.Close()

	tests := map[string]string{ // path to expected error text; "" for no error
		"/v2/pmv":  "",
		"/moved":   "",
		"/away":    "redirects to https://example.com",
		"/plain":   "redirects to http://",
		"/circle":  "in a loop",
		"/endless": "larger than 8 MiB",
		"/nothing": "404 Not Found",
	}
	for path, want := range tests {
		t.Run(path, func(t *testing.T) {
			data, err := fetch(t.Context(), server.Client().Transport, server.URL+path)
			if want == "" && (err != nil || string(data) != "{}") {
				t.Errorf("got %q, %v", data, err)
			}
			if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("got error %v, want one that says %q", err, want)
			}
		})
	}
}

func TestWhatWasFetchedIsOfToday(t *testing.T) {
	server := httptest.NewTLSServer(http.FileServer(http.Dir("testdata")))
	defer server.Close()
	before := time.Now().UTC().Truncate(24 * time.Hour)
	table, err := read(t.Context(), server.Client().Transport, server.URL+"/pmv.json")
	if err != nil {
		t.Fatal(err)
	}
	if table.Date.Before(before) || table.Date.After(time.Now()) {
		t.Errorf("the table is dated %s", table.Date)
	}
}

func TestFetchRefusesAnUntrustedCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // discard the error about our aborted connection
	server.StartTLS()
	defer server.Close()
	_, err := Update(t.Context(), pinned(t), server.URL, filepath.Join(t.TempDir(), "releases.json"))
	if err == nil || !strings.Contains(err.Error(), "does not trust") || !strings.Contains(err.Error(), "from a file") {
		t.Errorf("got %v", err)
	}
}

func TestFetchIsNotPlain(t *testing.T) {
	_, err := Update(t.Context(), pinned(t), "http://127.0.0.1/v2/pmv", filepath.Join(t.TempDir(), "releases.json"))
	if err == nil || !strings.Contains(err.Error(), "only https") {
		t.Errorf("got %v", err)
	}
}

func TestFetchGivesUp(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := fetch(ctx, server.Client().Transport, server.URL); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// TestAppleRoot compares the certificate with the fingerprint that Apple publishes.
func TestAppleRoot(t *testing.T) {
	const published = "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024"
	block, rest := pem.Decode(appleRoot)
	if block == nil || len(rest) != 0 {
		t.Fatal("apple_root.pem is not one certificate")
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(block.Bytes)); got != published {
		t.Errorf("its SHA-256 is %s, not %s", got, published)
	}
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := root.Verify(x509.VerifyOptions{Roots: withAppleRoot(), CurrentTime: date(2026, 11, 22)}); err != nil {
		t.Errorf("the pool does not trust it: %v", err)
	}
}

func TestAppleRootIsForAppleOnly(t *testing.T) {
	tests := map[string]bool{
		AppleURL:                          true,
		"https://gdmf.apple.com.evil.org": false,
		"https://example.com/v2/pmv":      false,
	}
	for address, extra := range tests {
		transport := transportFor(address).(*http.Transport)
		if got := transport.TLSClientConfig != nil && transport.TLSClientConfig.RootCAs != nil; got != extra {
			t.Errorf("%s: Apple's root trusted: %t", address, got)
		}
	}
}
