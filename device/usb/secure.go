package usb

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// A dialect is the variant of TLS that a device speaks.
type dialect int

const (
	unknownTLS dialect = iota // unknown version: modern first, then old if that fails
	modernTLS
	oldTLS // iOS 9 and earlier
)

// firstModern is the first iOS version whose lockdownd supports more than TLS 1.0 with RSA key
// exchange. Earlier versions close the connection if a client offers more.
const firstModern = 10

// dialectOf returns the dialect for the device's version, which any computer may read. Watches
// and headsets use other version numbers.
func dialectOf(id device.Identity) dialect {
	version, err := id.Version()
	if err != nil {
		return unknownTLS
	}
	class, err := id.Class.Get()
	switch {
	case version.Major >= firstModern:
		return modernTLS
	case err != nil, !slices.Contains([]string{"iPhone", "iPad", "iPod", "AppleTV"}, class):
		return unknownTLS
	default:
		return oldTLS
	}
}

// config returns the TLS configuration for a device, with the host's certificate.
func (d dialect) config(identity tls.Certificate) *tls.Config {
	config := &tls.Config{
		// The device's certificate is not documented; see the package comment.
		InsecureSkipVerify: true,
		MinVersion:         tls.VersionTLS10,
		// Devices do not support hybrid key exchanges, which cost CPU time and a longer
		// ClientHello.
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384},
		// Devices request a certificate without naming an issuer.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &identity, nil },
	}
	if d == oldTLS {
		config.MaxVersion = tls.VersionTLS10
		config.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	}
	return config
}

// secure starts TLS on the link. The go-ios version has no context, parses the key again for each
// connection and does not support dialects.
//
// The error is device.TrustStale if the device rejected the certificate after a version was
// agreed. Any other failure is device.HandshakeFailed, or a timeout or cancellation.
func (l *link) secure(ctx context.Context, identity tls.Certificate, speaks dialect) error {
	client := tls.Client(&afterRepeat{Conn: l.raw, repeat: l.frame}, speaks.config(identity))
	if err := l.setDeadline(); err != nil {
		return l.fail(ctx, err)
	}
	if err := client.HandshakeContext(ctx); err != nil {
		agreed := client.ConnectionState().Version != 0
		switch reason := reasonOf(ctx, err); {
		case ctx.Err() != nil, reason == device.Timeout:
			return l.fail(ctx, reason)
		case agreed && certificateAlert(err):
			return l.fail(ctx, device.TrustStale)
		default:
			return l.fail(ctx, device.HandshakeFailed)
		}
	}
	l.DeviceConnection = carried(client)
	return nil
}

// alert reports whether the peer ended TLS with an alert.
func alert(err error) bool {
	failure, ok := errors.AsType[*net.OpError](err)
	return ok && failure.Op == "remote error"
}

// certificateAlerts are the alerts that mean that our certificate was rejected.
var certificateAlerts = []tls.AlertError{
	42,  // bad_certificate
	43,  // unsupported_certificate
	44,  // certificate_revoked
	45,  // certificate_expired
	46,  // certificate_unknown
	48,  // unknown_ca
	49,  // access_denied
	116, // certificate_required
}

// certificateAlert reports whether an alert is about our certificate. For a received alert,
// crypto/tls exposes only its text, not its number.
func certificateAlert(err error) bool {
	failure, ok := errors.AsType[*net.OpError](err)
	return ok && alert(err) && slices.ContainsFunc(certificateAlerts, func(a tls.AlertError) bool {
		return failure.Err.Error() == a.Error()
	})
}

// An afterRepeat is a connection at the start of a new protocol. If the last response of the
// previous protocol was sent twice, the duplicate is skipped.
type afterRepeat struct {
	net.Conn
	repeat []byte // the response to skip if it comes first; nil once decided
	seen   int    // how many of its bytes were received
	held   []byte // received bytes that belong to the new protocol
}

func (c *afterRepeat) Read(p []byte) (int, error) {
	for len(c.held) == 0 && c.seen < len(c.repeat) {
		buffer := make([]byte, len(c.repeat)-c.seen)
		n, err := c.Conn.Read(buffer)
		if bytes.Equal(buffer[:n], c.repeat[c.seen:c.seen+n]) {
			if c.seen += n; c.seen == len(c.repeat) {
				c.repeat, c.seen = nil, 0
			}
		} else {
			c.held = append(bytes.Clone(c.repeat[:c.seen]), buffer[:n]...)
			c.repeat, c.seen = nil, 0
		}
		if err != nil && len(c.held) == 0 {
			return 0, err
		}
	}
	if len(c.held) > 0 {
		n := copy(p, c.held)
		c.held = c.held[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}
