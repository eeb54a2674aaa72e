package reach

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// An authority signs certificates for the tests.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, organisation string) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{organisation}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{certificate, key}
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// sign issues a certificate for names.
func (a authority) sign(t *testing.T, names ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// internet dials one address per port for every host.
type internet struct {
	https, http string            // server addresses
	closed      map[string]bool   // hosts that refuse connections
	other       map[string]string // addresses of port 443 for hosts with a different server
}

func (n internet) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	to := n.https
	switch elsewhere, ok := n.other[host]; {
	case n.closed[host]:
		return nil, &net.OpError{Op: "dial", Err: io.EOF}
	case ok:
		to = elsewhere
	case port == "80":
		to = n.http
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, to)
}

// serve runs an HTTPS server with a certificate, or an HTTP server if certificate is nil.
func serve(t *testing.T, certificate *tls.Certificate, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if certificate == nil {
		server.Start()
	} else {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{*certificate}}
		server.StartTLS()
	}
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

const healthyFeed = `{"services":[{"serviceName":"App Store","events":[]},{"serviceName":"iCloud Backup","events":[]}]}`

func page(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) }
}

var allHosts = append([]string{"www.apple.com"}, hosts...)

func TestLookAtAHealthyNetwork(t *testing.T) {
	apple := newAuthority(t, "Apple Inc.")
	certificate := apple.sign(t, allHosts...)
	net := internet{https: serve(t, &certificate, page(healthyFeed)), http: serve(t, nil, page("<BODY>Success</BODY>"))}
	seen := Prober{Dial: net.dial, Roots: apple.pool()}.Look(t.Context())

	if len(seen.Hosts) != len(hosts) {
		t.Fatalf("%d hosts", len(seen.Hosts))
	}
	for _, h := range seen.Hosts {
		if issuer, err := h.Issuer.Get(); err != nil || issuer != device.IssuedByApple {
			t.Errorf("%s: %s, %v", h.Host, issuer, err)
		}
	}
	if captive, err := seen.Captive.Get(); err != nil || captive {
		t.Errorf("captive: %t, %v", captive, err)
	}
	services, err := seen.Services.Get()
	if err != nil || len(services) != 1 || services[0] != (device.ServiceReport{Name: "iCloud Backup"}) {
		t.Errorf("services: %+v, %v", services, err)
	}
}

func TestIssuersAreToldApart(t *testing.T) {
	apple, public, proxy := newAuthority(t, "Apple Inc."), newAuthority(t, "Public Trust"), newAuthority(t, "Example Corp Inspection")
	at := func(a authority, names ...string) string {
		certificate := a.sign(t, names...)
		return serve(t, &certificate, page(""))
	}
	net := internet{
		https: at(apple, hosts...), // not among the roots, like Apple's own root on most computers
		other: map[string]string{
			"setup.icloud.com": at(public, "setup.icloud.com"),
			"gsa.apple.com":    at(proxy, "gsa.apple.com"),
			"www.icloud.com":   at(apple, "elsewhere.example"),
		},
	}
	seen := Prober{Dial: net.dial, Roots: public.pool()}.Look(t.Context())
	want := map[string]device.CertIssuer{
		"gateway.icloud.com": device.IssuedByApple,
		"setup.icloud.com":   device.IssuedByPublic,
		"gsa.apple.com":      device.IssuedByOther,
		"www.icloud.com":     device.IssuedByOther,
	}
	for _, h := range seen.Hosts {
		if issuer, err := h.Issuer.Get(); err != nil || issuer != want[h.Host] {
			t.Errorf("%s: got %s, %v; want %s", h.Host, issuer, err, want[h.Host])
		}
		if name, _ := h.Name.Get(); h.Host == "gsa.apple.com" && name != "Example Corp Inspection" {
			t.Errorf("issued by %q", name)
		}
	}
}

func TestASignInPageIsSeen(t *testing.T) {
	apple := newAuthority(t, "Apple Inc.")
	certificate := apple.sign(t, allHosts...)
	for name, handler := range map[string]http.HandlerFunc{
		"redirected": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://hotel.example/", http.StatusFound)
		},
		"replaced": page("Welcome to the hotel"),
	} {
		t.Run(name, func(t *testing.T) {
			net := internet{https: serve(t, &certificate, page(healthyFeed)), http: serve(t, nil, handler)}
			seen := Prober{Dial: net.dial, Roots: apple.pool()}.Look(t.Context())
			if captive, err := seen.Captive.Get(); err != nil || !captive {
				t.Errorf("%t, %v", captive, err)
			}
		})
	}
}

// Offline, everything is a gap, within the time limit.
func TestOfflineIsAGap(t *testing.T) {
	closed := internet{closed: map[string]bool{"captive.apple.com": true, "www.apple.com": true}}
	for _, h := range hosts {
		closed.closed[h] = true
	}
	hangs := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	unnamed := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host"}
	}
	for name, test := range map[string]struct {
		prober Prober
		detail string
	}{
		"refused": {Prober{Dial: closed.dial}, "tcp"},
		"hanging": {Prober{Dial: hangs, Timeout: 50 * time.Millisecond}, "timeout"},
		"no DNS":  {Prober{Dial: unnamed}, "dns"},
	} {
		t.Run(name, func(t *testing.T) {
			seen := test.prober.Look(t.Context())
			_, errHost := seen.Hosts[0].Issuer.Get()
			_, errCaptive := seen.Captive.Get()
			_, errServices := seen.Services.Get()
			want := device.Gap{Reason: device.Offline, Detail: test.detail}
			for _, err := range []error{errHost, errCaptive, errServices} {
				if device.GapOf(err) != want {
					t.Errorf("got %v, want %v", err, want)
				}
			}
		})
	}
}

func TestAFeedWithoutEndIsCut(t *testing.T) {
	apple := newAuthority(t, "Apple Inc.")
	certificate := apple.sign(t, allHosts...)
	endless := func(w http.ResponseWriter, _ *http.Request) {
		block := []byte(strings.Repeat(" ", 1<<20))
		for range 2 * maxFeed / len(block) {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	net := internet{https: serve(t, &certificate, endless), http: serve(t, nil, page("Success"))}
	seen := Prober{Dial: net.dial, Roots: apple.pool()}.Look(t.Context())
	if _, err := seen.Services.Get(); device.GapOf(err).Reason != device.Oversized {
		t.Errorf("got %v", err)
	}
}
