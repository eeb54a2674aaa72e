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

// certify makes the keys and certificates of a pair record, see [certificates]. Making keys is
// slow, above all for many devices at once, and knows no context: it is not waited for once ctx
// has ended.
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

// certificates makes a root and a host key of this computer, and certificates by the root for
// both and for the device's own key, which comes as PEM. They name nobody, as those of other
// tools.
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
			return ios.PairRecord{}, device.Malformed // a key of the device that nothing can be made with
		}
		*certificate.made = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return record, nil
}

// template is a certificate that begins yesterday, because a device's clock may be
// behind, and holds for ten years.
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

// leaf is the template of a certificate that speaks TLS.
func leaf() *x509.Certificate {
	certificate := template()
	certificate.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	return certificate
}

func privatePEM(key *rsa.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}
