package sim

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"slices"
	"sync"
	"time"

	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
)

// The computer that every device trusts initially.
const (
	hostID     = "5F1C2A74-0D3E-4B61-9A57-2E8D6C0B4F13"
	systemBUID = "9D3B6E20-71A4-4C0F-8E52-A16F0C7B3D58"
)

// A pairRecord is the pair record shared by computer and device, in the format usbmuxd stores.
// Certificates and keys are PEM.
type pairRecord struct {
	HostID            string
	SystemBUID        string
	HostCertificate   []byte
	RootCertificate   []byte
	DeviceCertificate []byte
	HostPrivateKey    []byte `plist:",omitempty"`
	RootPrivateKey    []byte `plist:",omitempty"`
	EscrowBag         []byte `plist:",omitempty"`
	WiFiMACAddress    string `plist:",omitempty"`
}

// keys are created once per process and shared by all trays: they protect nothing, and RSA keys
// are slow to generate.
type keys struct {
	device *rsa.PrivateKey
	record pairRecord // of the computer that is trusted initially
}

var theKeys = sync.OnceValues(makeKeys)

// makeKeys creates what pairing creates: a root key and a host key on the computer, a key on the
// device, and three certificates signed by the root.
func makeKeys() (*keys, error) {
	var made [3]*rsa.PrivateKey
	var errs [3]error
	var group sync.WaitGroup
	for i := range made {
		group.Go(func() { made[i], errs[i] = rsa.GenerateKey(rand.Reader, 2048) })
	}
	group.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	root, host, device := made[0], made[1], made[2]
	rootCert, err := certificate(root, root)
	if err != nil {
		return nil, err
	}
	hostCert, err := certificate(host, root)
	if err != nil {
		return nil, err
	}
	deviceCert, err := certificate(device, root)
	if err != nil {
		return nil, err
	}
	return &keys{
		device: device,
		record: pairRecord{
			HostID:            hostID,
			SystemBUID:        systemBUID,
			HostCertificate:   hostCert,
			RootCertificate:   rootCert,
			DeviceCertificate: deviceCert,
			HostPrivateKey:    privatePEM(host),
			RootPrivateKey:    privatePEM(root),
			EscrowBag:         bytes.Repeat([]byte{0xEB}, 32),
		},
	}, nil
}

// certificate returns a certificate for a key, signed by the root. As in real pairing, it
// contains no names.
func certificate(key, root *rsa.PrivateKey) ([]byte, error) {
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(0),
		Subject:               pkix.Name{},
		NotBefore:             time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2049, 1, 1, 0, 0, 0, 0, time.UTC),
		BasicConstraintsValid: true,
		IsCA:                  key == root,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	if key == root {
		template.KeyUsage = x509.KeyUsageCertSign
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, root)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

func privatePEM(key *rsa.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

// publicPEM returns the lockdown value DevicePublicKey.
func publicPEM(key *rsa.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)})
}

// secureFor returns the device's TLS configuration for one computer. It uses the certificate that
// the computer created for the device and accepts only that computer. Some clients present the
// host's certificate, some the root's.
func (k *keys) secureFor(record pairRecord, d *Device) (*tls.Config, error) {
	own, _ := pem.Decode(record.DeviceCertificate)
	host, _ := pem.Decode(record.HostCertificate)
	root, _ := pem.Decode(record.RootCertificate)
	if own == nil || host == nil || root == nil {
		return nil, errors.New("pair record without certificates")
	}
	config := &tls.Config{
		Certificates:           []tls.Certificate{{Certificate: [][]byte{own.Bytes}, PrivateKey: k.device}},
		MinVersion:             tls.VersionTLS10, // for old clients and old devices
		SessionTicketsDisabled: true,
		ClientAuth:             tls.RequireAnyClientCert,
		VerifyPeerCertificate: func(shown [][]byte, _ [][]*x509.Certificate) error {
			if !has(d.Faults, StaleTLS) && (bytes.Equal(shown[0], host.Bytes) || bytes.Equal(shown[0], root.Bytes)) {
				return nil
			}
			return errors.New("client is not the paired computer")
		},
	}
	if d.speaksOldTLS() || has(d.Faults, TLSIntolerant) {
		config.MaxVersion = tls.VersionTLS10
		config.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	}
	if has(d.Faults, TLSIntolerant) {
		config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if slices.Max(hello.SupportedVersions) <= tls.VersionTLS10 {
				return nil, nil
			}
			hello.Conn.Close()
			return nil, net.ErrClosed
		}
	}
	return config, nil
}

// speaksOldTLS reports whether the device runs iOS 9 or earlier, or tvOS of the same version:
// these support only TLS 1.0 with RSA key exchange.
func (d *Device) speaksOldTLS() bool {
	class, _ := d.values[""]["DeviceClass"].(string)
	text, _ := d.values[""]["ProductVersion"].(string)
	version, err := device.ParseVersion(text)
	return err == nil && version.Major < 10 && slices.Contains([]string{"iPhone", "iPad", "iPod", "AppleTV"}, class)
}

// bytes returns the record in the format usbmuxd stores.
func (r pairRecord) bytes() ([]byte, error) { return plist.Marshal(r, plist.XMLFormat) }
