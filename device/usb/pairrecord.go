package usb

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A credential is what proves to a device that this computer is trusted: the part of a
// pair record that a session needs. It is never kept, and prints as nothing.
type credential struct {
	hostID     string
	systemBUID string
	identity   tls.Certificate
	escrowBag  []byte // lets a locked device be backed up; nil if the record has none
}

// String keeps the private key out of whatever prints a credential.
func (credential) String() string { return "credential" }

// GoString does so for %#v.
func (credential) GoString() string { return "credential" }

// readCredential asks usbmuxd for the pair record of a device, which may be filed under
// either spelling of its UDID. The error is device.NeverPaired if there is none under any.
func (d Door) readCredential(ctx context.Context, udid string) (credential, error) {
	for _, spelling := range spellings(udid) {
		record, err := d.readPairRecord(ctx, spelling)
		switch {
		case err == nil:
			return parsePairRecord(record)
		case !errors.Is(err, device.NeverPaired):
			return credential{}, err
		}
	}
	return credential{}, device.NeverPaired
}

// spellings are the UDID itself, and if it is of the short form, as models since 2018 have
// it, the same with its hyphen or without: some usbmuxd list devices without it and file
// their pair records with it.
func spellings(udid string) []string {
	const short, beforeHyphen = 24, 8
	plain := strings.ReplaceAll(udid, "-", "")
	if len(plain) != short {
		return []string{udid}
	}
	hyphened := plain[:beforeHyphen] + "-" + plain[beforeHyphen:]
	if udid == plain {
		return []string{plain, hyphened}
	}
	return []string{udid, plain}
}

// readPairRecord asks for one record. The error is device.NeverPaired if usbmuxd has none;
// everything else that can go wrong here is usbmuxd's own trouble.
func (d Door) readPairRecord(ctx context.Context, udid string) ([]byte, error) {
	const request = "ReadPairRecord"
	mux, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	defer mux.Close()
	answer, err := mux.askMux(ctx, muxRequest{MessageType: request, PairRecordID: udid})
	if errors.Is(err, device.Detached) {
		return nil, device.NeverPaired // some hang up where they have none
	}
	if err != nil {
		return nil, muxTrouble(ctx, request, err)
	}
	record, err := answer.Data("PairRecordData")
	if err == nil {
		return record, nil
	}
	err = result(answer, request)
	const noRecord = 2
	if refusal, ok := errors.AsType[*MuxError](err); ok && refusal.Number == noRecord {
		return nil, device.NeverPaired
	}
	return nil, muxTrouble(ctx, request, cmp.Or[error](err, device.Malformed))
}

// muxTrouble is the gap for a request that usbmuxd did not serve: its name, and the number
// of the result or what was wrong with the answer. The end of ctx remains what it is.
func muxTrouble(ctx context.Context, request string, err error) error {
	if ctx.Err() != nil {
		return reasonOf(ctx, err)
	}
	what := string(device.GapOf(err).Reason)
	if refusal, ok := errors.AsType[*MuxError](err); ok {
		number := refusal.Number
		if number > math.MaxInt32 && number <= math.MaxUint32 {
			number = 1<<32 - number // an error of the system, which usbmuxd makes negative
		}
		what = strconv.FormatUint(number, 10)
	}
	return device.Gap{Reason: device.MuxTrouble, Detail: request + "." + detail(what)}
}

// parsePairRecord reads a pair record. Its error is device.RecordBroken if a session cannot
// be started with it, and quotes nothing of it.
func parsePairRecord(data []byte) (credential, error) {
	record, err := safeplist.Parse(data, safeplist.Limits{MaxBytes: maxMuxMessage})
	if err != nil {
		return credential{}, device.RecordBroken
	}
	hostID, errHost := record.Text("HostID")
	certificate, errCertificate := record.Data("HostCertificate")
	key, errKey := record.Data("HostPrivateKey")
	if errors.Join(errHost, errCertificate, errKey) != nil || hostID == "" {
		return credential{}, device.RecordBroken
	}
	identity, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return credential{}, device.RecordBroken
	}
	systemBUID, _ := record.Text("SystemBUID") // old records have none
	escrowBag, _ := record.Data("EscrowBag")   // nor have those of devices without a passcode
	return credential{hostID: hostID, systemBUID: systemBUID, identity: identity, escrowBag: escrowBag}, nil
}
