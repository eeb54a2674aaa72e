package usb

import (
	"context"
	"crypto/tls"
	"errors"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A credential is what proves to a device that this computer is trusted: the part of a
// pair record that a session needs. It is never kept, and prints as nothing.
type credential struct {
	hostID     string
	systemBUID string
	identity   tls.Certificate
}

// String keeps the private key out of whatever prints a credential.
func (credential) String() string { return "credential" }

// GoString does so for %#v.
func (credential) GoString() string { return "credential" }

// readCredential asks usbmuxd for the pair record of a device. The error is
// device.NeverPaired if there is none.
func (d Door) readCredential(ctx context.Context, udid string) (credential, error) {
	mux, err := d.open(ctx)
	if err != nil {
		return credential{}, err
	}
	defer mux.Close()
	answer, err := mux.askMux(ctx, muxRequest{MessageType: "ReadPairRecord", PairRecordID: udid})
	if err != nil {
		return credential{}, err
	}
	data, err := answer.Data("PairRecordData")
	switch {
	case err == nil:
		return parsePairRecord(data)
	case refused(answer):
		return credential{}, device.NeverPaired
	default:
		return credential{}, device.Malformed
	}
}

// refused reports whether an answer in place of a pair record says that there is none.
func refused(answer safeplist.Dict) bool {
	_, ok := errors.AsType[*MuxError](result(answer, "ReadPairRecord"))
	return ok
}

// parsePairRecord reads a pair record. Its errors quote nothing of it.
func parsePairRecord(data []byte) (credential, error) {
	var record ios.PairRecord
	if err := safeplist.Unmarshal(data, safeplist.Limits{MaxBytes: maxMuxMessage}, &record); err != nil {
		return credential{}, err
	}
	identity, err := tls.X509KeyPair(record.HostCertificate, record.HostPrivateKey)
	if err != nil || record.HostID == "" {
		return credential{}, device.Malformed
	}
	return credential{hostID: record.HostID, systemBUID: record.SystemBUID, identity: identity}, nil
}
