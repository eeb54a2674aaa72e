package releases

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// fetchTimeout limits a whole download.
const fetchTimeout = 30 * time.Second

// appleRoot is the "Apple Root CA" certificate that Apple publishes at
// https://www.apple.com/certificateauthority/. The host of AppleURL has a certificate from it,
// and most non-Apple systems do not trust it.
//
//go:embed apple_root.pem
var appleRoot []byte

// fetch downloads an https URL. It follows redirects only within the same host, since
// Apple's root must not be trusted for any other.
func fetch(ctx context.Context, transport http.RoundTripper, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if request.URL.Scheme != "https" {
		return nil, fmt.Errorf("%s: only https addresses are read", address)
	}
	client := http.Client{Transport: transport, CheckRedirect: sameHost}
	response, err := client.Do(request)
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return nil, fmt.Errorf("%w; nothing was read: this computer does not trust the certificate of the server. The list can be saved by a computer that does, and read from a file", err)
	}
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", address, response.Status)
	}
	data, err := readBounded(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return data, nil
}

func sameHost(request *http.Request, via []*http.Request) error {
	if request.URL.Scheme != "https" || request.URL.Host != via[0].URL.Host {
		return fmt.Errorf("it redirects to %s://%s", request.URL.Scheme, request.URL.Host)
	}
	if len(via) >= 5 {
		return errors.New("it redirects in a loop")
	}
	return nil
}

// transportFor returns a transport that trusts this computer's roots and, for Apple's host,
// also Apple's root.
func transportFor(address string) http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if parsed, err := url.Parse(address); err == nil && parsed.Hostname() == appleHost {
		transport.TLSClientConfig = &tls.Config{RootCAs: withAppleRoot()}
	}
	transport.DisableKeepAlives = true // there is only one request
	return transport
}

// appleHost is the host of AppleURL.
const appleHost = "gdmf.apple.com"

func withAppleRoot() *x509.CertPool {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // the system has no certificate store
	}
	pool.AppendCertsFromPEM(appleRoot)
	return pool
}
