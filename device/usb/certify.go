package usb

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"time"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device"
)

// certify creates the keys and certificates of a pair record; see [certificates]. Generating keys
// is slow, especially for many devices at once, and cannot be cancelled, so certify returns
// without waiting for it once ctx is done.
func certify(ctx context.Context, devicePublicKey []byte) (ios.PairRecord, error) {
	type made struct {
		record ios.PairRecord
		err    error
	}
	done := make(chan made, 1)
	go guard(
		func() {
			record, err := certificates(devicePublicKey)
			done <- made{record, err}
		},
		func() { done <- made{err: device.Internal} },
	)
	select {
	case m := <-done:
		return m.record, m.err
	case <-ctx.Done():
		return ios.PairRecord{}, reasonOf(ctx, ctx.Err())
	}
}

// certificates creates a root key and a host key, with certificates signed by the root for both
// and for the device's public key (PEM). Like those of other tools, they contain no names.
func certificates(devicePublicKey []byte) (ios.PairRecord, error) {
	block, _ := pem.Decode(devicePublicKey)
	if block == nil {
		return ios.PairRecord{}, device.Malformed
	}
	deviceKey, err := x509.ParsePKCS1PublicKey(block.Bytes)
	if err != nil {
		return ios.PairRecord{}, device.Malformed
	}
	rootKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return ios.PairRecord{}, device.Internal
	}
	hostKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return ios.PairRecord{}, device.Internal
	}
	root := template()
	root.IsCA = true
	record := ios.PairRecord{
		RootPrivateKey: privatePEM(rootKey),
		HostPrivateKey: privatePEM(hostKey),
	}
	for _, certificate := range []struct {
		made     *[]byte
		template *x509.Certificate
		key      *rsa.PublicKey
	}{
		{&record.RootCertificate, root, &rootKey.PublicKey},
		{&record.HostCertificate, leaf(), &hostKey.PublicKey},
		{&record.DeviceCertificate, leaf(), deviceKey},
	} {
		der, err := x509.CreateCertificate(rand.Reader, certificate.template, root, certificate.key, rootKey)
		if err != nil {
			return ios.PairRecord{}, device.Malformed // the device's key is unusable
		}
		*certificate.made = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return record, nil
}

// template returns a certificate template valid for ten years from yesterday, because the
// device's clock may be behind.
func template() *x509.Certificate {
	yesterday := time.Now().UTC().AddDate(0, 0, -1)
	return &x509.Certificate{
		SerialNumber:          big.NewInt(0),
		NotBefore:             yesterday,
		NotAfter:              yesterday.AddDate(10, 0, 0),
		SignatureAlgorithm:    x509.SHA256WithRSA,
		BasicConstraintsValid: true,
	}
}

// leaf returns the template for a TLS certificate.
func leaf() *x509.Certificate {
	certificate := template()
	certificate.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	return certificate
}

func privatePEM(key *rsa.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}
