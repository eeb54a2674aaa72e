package usb

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A PairEvent says why a pairing attempt is waiting.
type PairEvent struct {
	Waiting device.Reason // TrustPending: the dialog is on screen; Locked: the passcode comes first; Detached: the device left, as some do when Trust is tapped, and may return
	Left    time.Duration // time left to wait
}

// How long the owner has to answer the dialog, unless the context ends sooner, and how often the
// device is polled.
const (
	pairTimeout  = 60 * time.Second
	pairInterval = time.Second

	// returnTimeout is how long to wait for a device that left.
	returnTimeout = 15 * time.Second
)

// PermittedPair lists every request that [Client.Pair] may send besides those of [Permitted]. They
// change state: the device trusts this computer, and usbmuxd stores a pair record.
var PermittedPair = []string{
	"usbmux ReadBUID",
	"usbmux SavePairRecord",

	"lockdown GetValue DevicePublicKey",
	"lockdown GetValue WiFiAddress",
	"lockdown Pair",
}

// Pair asks a device to show its Trust dialog and waits up to a minute for the answer. asked is
// called for every attempt that has to wait. If the device leaves while waiting, as some do when
// Trust is tapped, Pair waits for it to return under a new number. If usbmuxd has paired with it
// on its own, Pair is done. On success usbmuxd stores a pair record.
//
// Otherwise the error is a [device.Gap] with lockdownd's error name, if there is one:
// TrustDenied, TrustForbidden, DeviceError; TrustPending or Locked if the minute passed while the
// device waited for its owner; Timeout if it did not respond; RecordUnsaved if the device now
// trusts this computer but usbmuxd could not store the record, or does not return a usable one.
//
// Pairing has a lasting effect; its requests are listed in [PermittedPair]. Call Pair only if the
// user asked for it.
func (c Client) Pair(ctx context.Context, a Attached, asked func(PairEvent)) (err error) {
	ctx, cancel := context.WithTimeout(ctx, pairTimeout)
	defer cancel()
	guard(
		func() { err = c.pair(ctx, a, asked) },
		func() { err = device.Internal },
	)
	return err
}

func (c Client) pair(ctx context.Context, a Attached, asked func(PairEvent)) error {
	changes := make(chan Change, 16)
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() { c.watchOne(ctx, a.UDID, changes) })

	p := pairTry{examination: c.newExamination(a)}
	defer func() { p.Close() }()
	var waited error // why the last attempt is waiting
	for {
		err := p.try(ctx)
		gap := device.GapOf(err)
		switch {
		case err != nil && waited != nil && ctx.Err() == context.DeadlineExceeded:
			return waited // the deadline passed during another attempt
		case err == nil, !p.waits(ctx, gap.Reason):
			return err
		}
		waited = gap
		until, _ := ctx.Deadline()
		asked(PairEvent{Waiting: gap.Reason, Left: time.Until(until)})
		select {
		case <-time.After(pairInterval):
		case change := <-changes:
			if p.follow(change) && p.client.Greet(ctx, p.attached).Live.Trusted == device.Known(true) {
				return nil // by usbmuxd itself, or by an earlier attempt
			}
		case <-ctx.Done():
			if ctx.Err() == context.DeadlineExceeded {
				return gap // the device responded, but its owner did not
			}
			return reasonOf(ctx, ctx.Err())
		}
	}
}

// watchOne sends the changes of one device to changes. A change is dropped if the channel is full.
func (c Client) watchOne(ctx context.Context, udid string, changes chan<- Change) {
	guard(func() {
		// If Watch fails, Pair only misses a device that leaves and returns, and Restart times out.
		_ = c.Watch(ctx, func(change Change) {
			if device.SameUDID(change.Attached.UDID, udid) {
				select {
				case changes <- change:
				default:
				}
			}
		})
	}, func() {})
}

// A pairTry is the state kept between pairing attempts.
type pairTry struct {
	*examination
	open   bool // the lockdown connection is open
	made   bool // record is complete
	asked  bool // the record was sent; the device may leave because Trust was tapped
	record ios.PairRecord
	leftAt time.Time // when the device left; zero while it is attached
}

// waits reports whether to try again after a failure with this reason.
func (p *pairTry) waits(ctx context.Context, reason device.Reason) bool {
	switch reason {
	case device.TrustPending, device.Locked:
		p.leftAt = time.Time{}
		return true
	case device.Detached, device.Truncated, device.Unreachable, device.Timeout:
		if p.leftAt.IsZero() {
			p.leftAt = time.Now()
		}
		return p.asked && ctx.Err() == nil && time.Since(p.leftAt) < returnTimeout
	}
	return false
}

// follow applies a change of the device and reports whether it may trust this computer now.
func (p *pairTry) follow(change Change) bool {
	if change.Gone || change.Attached == p.attached && !change.Paired {
		return false
	}
	p.hangUp()
	p.attached = change.Attached
	return true
}

func (p *pairTry) hangUp() {
	p.Close()
	p.open = false
}

// try makes one attempt, reusing the last attempt's connection if it is still open.
func (p *pairTry) try(ctx context.Context) error {
	err := p.ask(ctx)
	if p.broken != nil {
		p.hangUp()
	}
	return err
}

func (p *pairTry) ask(ctx context.Context) (err error) {
	if !p.open {
		if p.lockdown, err = p.client.lockdown(ctx, p.attached); err != nil {
			return err
		}
		p.open = true
		if err := cmp.Or(p.recognize(p.values(ctx, "")), p.broken); err != nil {
			return err
		}
	}
	if !p.made {
		if p.record, err = p.client.newPairRecord(ctx, p.lockdown); err != nil {
			return err
		}
		p.made = true
	}
	p.asked = true
	escrow, err := p.lockdown.pair(ctx, p.record)
	if err != nil {
		return err
	}
	p.record.EscrowBag = escrow
	udid := cmp.Or(p.said, p.attached.UDID)
	if err := p.client.savePairRecord(ctx, p.attached, udid, p.record); err != nil {
		return err
	}
	return p.client.confirmSaved(ctx, udid)
}

// confirmSaved checks that usbmuxd returns the record that it claims to have saved. The error is
// device.RecordUnsaved if there is no record or an unusable one; the Detail says which. Any other
// failure to read it proves neither and is ignored.
func (c Client) confirmSaved(ctx context.Context, udid string) error {
	_, err := c.readCredential(ctx, udid)
	switch reason := device.GapOf(err).Reason; reason {
	case device.NeverPaired, device.RecordBroken:
		return device.Gap{Reason: device.RecordUnsaved, Detail: "ReadPairRecord." + string(reason)}
	}
	return nil
}

// pairing is the part of a pair record sent to the device.
type pairing struct {
	DeviceCertificate []byte
	HostCertificate   []byte
	RootCertificate   []byte
	HostID            string
	SystemBUID        string
}

// newPairRecord creates a pair record for a device, whose public key can be read without a
// session.
func (c Client) newPairRecord(ctx context.Context, l lockdown) (ios.PairRecord, error) {
	key, err := l.value(ctx, "DevicePublicKey").Data("DevicePublicKey")
	if l.broken != nil {
		return ios.PairRecord{}, l.broken
	}
	if err != nil {
		return ios.PairRecord{}, device.Malformed
	}
	buid, err := c.readBUID(ctx)
	if err != nil {
		return ios.PairRecord{}, err
	}
	record, err := certify(ctx, key)
	if err != nil {
		return ios.PairRecord{}, err
	}
	record.HostID = newUUID()
	record.SystemBUID = buid
	// Only used to find the device on Wi-Fi, so it may be missing.
	record.WiFiMACAddress, _ = l.value(ctx, "WiFiAddress").Text("WiFiAddress")
	return record, l.broken
}

// pair makes one pairing request. It returns the escrow bag, if the device sends one.
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
	if name, errName := answer.Text("Error"); errName == nil {
		reason := device.GapOf(refusal(answer, err)).Reason
		if reason == device.TrustStale { // for a session, it means that the device forgot this computer
			reason = device.DeviceError
		}
		return nil, device.Gap{Reason: reason, Detail: detail(name)}
	}
	if err != nil {
		return nil, err
	}
	escrow, err := answer.Data("EscrowBag")
	if errors.Is(err, device.Absent) {
		return nil, nil
	}
	return escrow, err
}

// readBUID asks usbmuxd for this computer's BUID.
func (c Client) readBUID(ctx context.Context) (string, error) {
	mux, err := c.open(ctx)
	if err != nil {
		return "", err
	}
	defer mux.Close()
	const request = "ReadBUID"
	answer, err := mux.askMux(ctx, muxRequest{MessageType: request})
	if err != nil {
		return "", muxTrouble(ctx, request, err)
	}
	buid, err := answer.Text("BUID")
	if err != nil {
		return "", muxTrouble(ctx, request, cmp.Or[error](result(answer, request), device.Malformed))
	}
	return buid, nil
}

// savePairRecord stores a pair record in usbmuxd, under the UDID as spelled by the device. Every
// error is device.RecordUnsaved, because the device already trusts this computer.
func (c Client) savePairRecord(ctx context.Context, a Attached, udid string, record ios.PairRecord) error {
	const request = "SavePairRecord"
	mux, err := c.open(ctx)
	if err == nil {
		defer mux.Close()
		var answer safeplist.Dict
		answer, err = mux.askMux(ctx, muxRequest{
			MessageType:    request,
			DeviceID:       a.DeviceID,
			PairRecordID:   udid,
			PairRecordData: ios.ToPlistBytes(record),
		})
		if err == nil {
			err = result(answer, request)
		}
	}
	if err == nil {
		return nil
	}
	return device.Gap{Reason: device.RecordUnsaved, Detail: device.GapOf(muxTrouble(ctx, request, err)).Detail}
}

// newUUID returns a random UUID in upper case, the way Apple writes a HostID.
func newUUID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	id[6] = id[6]&0x0F | 0x40
	id[8] = id[8]&0x3F | 0x80
	return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]))
}
