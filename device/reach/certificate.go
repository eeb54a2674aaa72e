package reach

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// host connects to a host's HTTPS port, reads its certificate, and disconnects.
func (p Prober) host(ctx context.Context, name string) device.HostReach {
	certificates, err := p.certificates(ctx, name)
	if err != nil {
		return device.HostReach{Host: name, Issuer: device.Unknown[device.CertIssuer](gapOf(err))}
	}
	return device.HostReach{
		Host:   name,
		Issuer: device.Known(p.issuer(certificates, name)),
		Name:   device.Known(organisation(certificates[0])),
	}
}

// certificates returns the certificate chain of a host, leaf first. It is never empty.
func (p Prober) certificates(ctx context.Context, name string) ([]*x509.Certificate, error) {
	conn, err := p.dial(ctx, "tcp", net.JoinHostPort(name, "443"))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	config := p.trusting(name)
	config.InsecureSkipVerify = true // we only inspect the certificate and send nothing
	client := tls.Client(conn, config)
	if err := client.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return client.ConnectionState().PeerCertificates, nil
}

func (p Prober) trusting(name string) *tls.Config {
	return &tls.Config{ServerName: name, RootCAs: p.Roots, MinVersion: tls.VersionTLS12}
}

// issuer classifies the issuer of a host's certificate. Some of Apple's hosts use
// certificates from Apple's own root, which few non-Apple computers trust, so the name
// Apple is accepted without verification. TLS-intercepting proxies sign with their own
// name.
func (p Prober) issuer(certificates []*x509.Certificate, name string) device.CertIssuer {
	between := x509.NewCertPool()
	for _, c := range certificates[1:] {
		between.AddCert(c)
	}
	own := certificates[0]
	_, err := own.Verify(x509.VerifyOptions{Roots: p.Roots, Intermediates: between, DNSName: name})
	byApple := strings.HasPrefix(organisation(own), "Apple ")
	switch {
	case byApple && own.VerifyHostname(name) == nil:
		return device.IssuedByApple
	case err == nil:
		return device.IssuedByPublic
	default:
		return device.IssuedByOther
	}
}

// organisation returns the issuer as named in the certificate, truncated for display.
func organisation(c *x509.Certificate) string {
	name := c.Issuer.CommonName
	if len(c.Issuer.Organization) > 0 {
		name = c.Issuer.Organization[0]
	}
	return short(name)
}

// short truncates untrusted text.
func short(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), 100)], "")
}
