package credentials

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/backupdoctor/backupdoctor/device/wholefile"
	"github.com/nats-io/jwt/v2"
)

// ServerName is the name in the certificate that Create writes. Benches with this name in their
// credentials trust only that certificate, whatever the address of the hub.
const ServerName = "backupdoctor-hub"

// writeCertificate writes a self-signed certificate. Its dates carry no meaning: its holders got it
// from the folder, and the clock of a bench may be wrong.
func writeCertificate(node string) error {
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: ServerName},
		DNSNames:              []string{ServerName},
		NotBefore:             time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &pair.PublicKey, pair)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		return err
	}
	return errors.Join(
		wholefile.WriteBytes(filepath.Join(node, privateFile), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
		wholefile.WriteBytes(filepath.Join(node, certificateFile), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})),
	)
}

// An Identity is the content of a credentials file.
type Identity struct {
	Bench string
	roots *x509.CertPool
}

// maxFile limits a credentials file, in bytes; typical files have 2 kB.
const maxFile = 1 << 20

// ReadIdentity reads a credentials file that AddBench wrote.
func ReadIdentity(file string) (Identity, error) {
	info, err := os.Stat(file)
	if err != nil {
		return Identity{}, fmt.Errorf("reading credentials: %w", err)
	}
	if info.Size() > maxFile {
		return Identity{}, fmt.Errorf("reading credentials: %s is too long", file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return Identity{}, fmt.Errorf("reading credentials: %w", err)
	}
	token, err := jwt.ParseDecoratedJWT(text)
	if err != nil {
		return Identity{}, fmt.Errorf("reading credentials: %s holds none", file)
	}
	claims, err := jwt.DecodeUserClaims(token)
	if err != nil {
		return Identity{}, fmt.Errorf("reading credentials: %s holds none", file)
	}
	identity := Identity{Bench: claims.Name, roots: x509.NewCertPool()}
	if !identity.roots.AppendCertsFromPEM(text) {
		identity.roots = nil
	}
	return identity, nil
}

// TLS returns the configuration with which the bench must connect: pinned to the hub's key if the
// credentials contain one, regardless of other trusted certificates. Otherwise, as with credentials
// of a third-party NATS, the roots in rootsFile, or the system's, must verify the address.
func (i Identity) TLS(rootsFile string) (*tls.Config, error) {
	var roots *x509.CertPool
	if rootsFile != "" {
		text, err := os.ReadFile(rootsFile)
		if err != nil {
			return nil, fmt.Errorf("reading certificates: %w", err)
		}
		roots = x509.NewCertPool()
		if !roots.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("reading certificates: %s holds none", rootsFile)
		}
	}
	if i.roots != nil {
		return &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: i.roots, ServerName: ServerName}, nil
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots}, nil
}
