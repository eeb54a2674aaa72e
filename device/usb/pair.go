package usb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device"
)

// A PairEvent is what a device said to one try to pair.
type PairEvent struct {
	Waiting device.Reason // TrustPending: the dialog is on its screen; Locked: it wants its passcode first
	Left    time.Duration // until the waiting ends
}

// How long a person has to answer the dialog, unless the context ends before, and how
// often the device is asked whether they have.
const (
	pairPatience = 60 * time.Second
	pairInterval = time.Second
)

// Pair asks a device to show its Trust dialog and waits until somebody has answered it,
// for a minute at most. asked is told of every try that has to wait. On success usbmuxd
// keeps the new pair record. Otherwise the error is a [device.Reason], such as
// TrustDenied, TrustForbidden, TrustPending or Locked if the minute passed while the
// device waited for its owner, or Timeout if it said nothing.
//
// This is the one request of the package that changes something. Do not send it unless a
// person asked for it.
func (d Door) Pair(ctx context.Context, a Attached, asked func(PairEvent)) (err error) {
	ctx, cancel := context.WithTimeout(ctx, pairPatience)
	defer cancel()
	defer func() {
		if recover() != nil {
			err = device.Internal
		}
	}()
	l, err := d.lockdown(ctx, a)
	if err != nil {
		return err
	}
	defer l.Close()
	record, err := d.newPairRecord(ctx, l)
	if err != nil {
		return err
	}
	for {
		escrow, err := l.pair(ctx, record)
		if err == nil {
			record.EscrowBag = escrow
			return d.savePairRecord(ctx, a, record)
		}
		gap := device.GapOf(err)
		if gap.Reason != device.TrustPending && gap.Reason != device.Locked {
			return err
		}
		until, _ := ctx.Deadline()
		asked(PairEvent{Waiting: gap.Reason, Left: time.Until(until)})
		select {
		case <-time.After(pairInterval):
		case <-ctx.Done():
			if ctx.Err() == context.DeadlineExceeded {
				return gap // the device did answer: its owner did not
			}
			return reasonOf(ctx, ctx.Err())
		}
	}
}

// pairing is the part of a pair record that the device gets.
type pairing struct {
	DeviceCertificate []byte
	HostCertificate   []byte
	RootCertificate   []byte
	HostID            string
	SystemBUID        string
}

// newPairRecord makes a pair record for a device, which tells its key to strangers.
func (d Door) newPairRecord(ctx context.Context, l lockdown) (ios.PairRecord, error) {
	key, err := l.value(ctx, "DevicePublicKey").Data("DevicePublicKey")
	if l.broken != nil {
		return ios.PairRecord{}, l.broken
	}
	if err != nil {
		return ios.PairRecord{}, device.Malformed
	}
	buid, err := d.readBUID(ctx)
	if err != nil {
		return ios.PairRecord{}, err
	}
	record, err := certify(key)
	if err != nil {
		return ios.PairRecord{}, err
	}
	record.HostID = newUUID()
	record.SystemBUID = buid
	// Only for finding the device on Wi-Fi, so it may be missing.
	record.WiFiMACAddress, _ = l.value(ctx, "WiFiAddress").Text("WiFiAddress")
	return record, l.broken
}

// pair tries once. Its answer is the escrow bag, if the device gives one.
func (l lockdown) pair(ctx context.Context, record ios.PairRecord) ([]byte, error) {
	answer, err := l.ask(ctx, lockdownRequest{
		Request:         "Pair",
		ProtocolVersion: "2",
		PairRecord: &pairing{
			DeviceCertificate: record.DeviceCertificate,
			HostCertificate:   record.HostCertificate,
			RootCertificate:   record.RootCertificate,
			HostID:            record.HostID,
			SystemBUID:        record.SystemBUID,
		},
		PairingOptions: map[string]bool{"ExtendedPairingErrors": true},
	})
	if err != nil {
		return nil, err
	}
	escrow, err := answer.Data("EscrowBag")
	if errors.Is(err, device.Absent) {
		return nil, nil
	}
	return escrow, err
}

// readBUID asks usbmuxd for the number of this computer.
func (d Door) readBUID(ctx context.Context) (string, error) {
	mux, err := d.open(ctx)
	if err != nil {
		return "", err
	}
	defer mux.Close()
	answer, err := mux.askMux(ctx, muxRequest{MessageType: "ReadBUID"})
	if err != nil {
		return "", err
	}
	buid, err := answer.Text("BUID")
	if err != nil {
		return "", device.Malformed
	}
	return buid, nil
}

// savePairRecord gives a pair record to usbmuxd to keep.
func (d Door) savePairRecord(ctx context.Context, a Attached, record ios.PairRecord) error {
	mux, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer mux.Close()
	answer, err := mux.askMux(ctx, muxRequest{
		MessageType:    "SavePairRecord",
		DeviceID:       a.DeviceID,
		PairRecordID:   a.UDID,
		PairRecordData: ios.ToPlistBytes(record),
	})
	if err != nil {
		return err
	}
	return result(answer, "SavePairRecord")
}

// newUUID is a random UUID in capitals, as Apple writes a HostID.
func newUUID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	id[6] = id[6]&0x0F | 0x40
	id[8] = id[8]&0x3F | 0x80
	return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]))
}
