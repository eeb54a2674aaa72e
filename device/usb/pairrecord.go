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

// A credential proves to a device that this computer is trusted. It holds the part of a pair
// record needed for a session. It is never stored, and printing it reveals nothing.
type credential struct {
	hostID     string
	systemBUID string
	identity   tls.Certificate
	escrowBag  []byte // allows backing up a locked device; nil if the record has none
}

// String keeps the private key out of printed output.
func (credential) String() string { return "credential" }

// GoString does the same for %#v.
func (credential) GoString() string { return "credential" }

// readCredential asks usbmuxd for a device's pair record, which may be stored under either
// spelling of its UDID. The error is device.NeverPaired if there is none under either.
func (c Client) readCredential(ctx context.Context, udid string) (credential, error) {
	for _, spelling := range spellings(udid) {
		record, err := c.readPairRecord(ctx, spelling)
		switch {
		case err == nil:
			return parsePairRecord(record)
		case !errors.Is(err, device.NeverPaired):
			return credential{}, err
		}
	}
	return credential{}, device.NeverPaired
}

// spellings returns the UDID and, for the short UDIDs used since 2018, also its other spelling,
// with or without the hyphen. Some versions of usbmuxd list devices without the hyphen but store
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

// readPairRecord requests one record. The error is device.NeverPaired if usbmuxd has none; all
// other errors are problems of usbmuxd itself.
func (c Client) readPairRecord(ctx context.Context, udid string) ([]byte, error) {
	const request = "ReadPairRecord"
	mux, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	defer mux.Close()
	answer, err := mux.askMux(ctx, muxRequest{MessageType: request, PairRecordID: udid})
	if errors.Is(err, device.Detached) {
		return nil, device.NeverPaired // some versions close the connection if there is no record
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

// muxTrouble returns the gap for a failed usbmuxd request: the request name, and the Result
// number or the problem with the response. If ctx is done, its error is kept.
func muxTrouble(ctx context.Context, request string, err error) error {
	if ctx.Err() != nil {
		return reasonOf(ctx, err)
	}
	what := string(device.GapOf(err).Reason)
	if refusal, ok := errors.AsType[*MuxError](err); ok {
		number := refusal.Number
		if number > math.MaxInt32 && number <= math.MaxUint32 {
			number = 1<<32 - number // a system error number, which usbmuxd negates
		}
		what = strconv.FormatUint(number, 10)
	}
	return device.Gap{Reason: device.MuxTrouble, Detail: request + "." + detail(what)}
}

// parsePairRecord parses a pair record. The error is device.RecordBroken if the record cannot be
// used to start a session, and quotes nothing from it.
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
	systemBUID, _ := record.Text("SystemBUID") // missing from old records
	escrowBag, _ := record.Data("EscrowBag")   // also missing for devices without a passcode
	return credential{hostID: hostID, systemBUID: systemBUID, identity: identity, escrowBag: escrowBag}, nil
}
