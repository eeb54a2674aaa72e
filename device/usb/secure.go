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

// A dialect is which TLS a device speaks.
type dialect int

const (
	unknownTLS dialect = iota // the version is not known: as modern, and if that fails, once as old
	modernTLS
	oldTLS // iOS 9 and before
)

// firstModern is the first version whose lockdownd speaks more than TLS 1.0 with an RSA key
// exchange. Before it a client that offers more is hung up on.
const firstModern = 10

// dialectOf tells by the version, which a device gives to any computer. Watches and headsets
// count their versions otherwise.
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

// config is how to speak TLS with a device, showing the host's certificate.
func (d dialect) config(identity tls.Certificate) *tls.Config {
	config := &tls.Config{
		// Which certificate a device shows is not documented; see the package comment.
		InsecureSkipVerify: true,
		MinVersion:         tls.VersionTLS10,
		// Devices know none of the hybrid key exchanges, which cost CPU and a longer hello.
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384},
		// Devices ask for a certificate without saying whose.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &identity, nil },
	}
	if d == oldTLS {
		config.MaxVersion = tls.VersionTLS10
		config.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	}
	return config
}

// secure speaks TLS from here on. That of go-ios has no context, parses the key again for
// each connection, and knows no dialects.
//
// Its error is device.TrustStale if the device refused the certificate, after they agreed on
// a version. Every other failure is device.HandshakeFailed, or the end of the time.
func (l *link) secure(ctx context.Context, identity tls.Certificate, speaks dialect) error {
	client := tls.Client(&afterRepeat{Conn: l.raw, repeat: l.frame}, speaks.config(identity))
	if err := l.hurry(); err != nil {
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

// alert reports whether the other side ended TLS with an alert.
func alert(err error) bool {
	failure, ok := errors.AsType[*net.OpError](err)
	return ok && failure.Op == "remote error"
}

// certificateAlerts are those that say that our certificate is not accepted.
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

// certificateAlert reports whether an alert is about our certificate. crypto/tls gives the
// number of an alert that it received as its words only.
func certificateAlert(err error) bool {
	failure, ok := errors.AsType[*net.OpError](err)
	return ok && alert(err) && slices.ContainsFunc(certificateAlerts, func(a tls.AlertError) bool {
		return failure.Err.Error() == a.Error()
	})
}

// An afterRepeat is a connection on which another protocol begins. If the last answer of the
// one before was sent twice, its repetition is passed over.
type afterRepeat struct {
	net.Conn
	repeat []byte // what is to be passed over, if it comes first; nil once that is settled
	seen   int    // bytes of it that have come
	held   []byte // bytes that have come and belong to the new protocol
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
