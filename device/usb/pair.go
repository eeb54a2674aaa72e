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

// A PairEvent is why a try to pair waits.
type PairEvent struct {
	Waiting device.Reason // TrustPending: the dialog is on its screen; Locked: it wants its passcode first; Detached: it left, as some do when Trust is tapped, and may return
	Left    time.Duration // until the waiting ends
}

// How long a person has to answer the dialog, unless the context ends before, and how
// often the device is asked whether they have.
const (
	pairPatience = 60 * time.Second
	pairInterval = time.Second

	// returnPatience is how long a device that left is waited for.
	returnPatience = 15 * time.Second
)

// PermittedPair is every request that [Door.Pair] may send besides those of [Permitted]. They
// change something: the device trusts this computer, and usbmuxd keeps a record of it.
var PermittedPair = []string{
	"usbmux ReadBUID",
	"usbmux SavePairRecord",

	"lockdown GetValue DevicePublicKey",
	"lockdown GetValue WiFiAddress",
	"lockdown Pair",
}

// Pair asks a device to show its Trust dialog and waits until somebody has answered it,
// for a minute at most. asked is called for every try that has to wait. A device that leaves
// while it waits, as some do when Trust is tapped, is waited for under its new number, and
// one that usbmuxd has paired with by itself is done. On success usbmuxd keeps a pair record.
//
// Otherwise the error is a [device.Gap] with lockdownd's own name for it, where there is one:
// TrustDenied, TrustForbidden, DeviceError, TrustPending or Locked if the minute passed while
// the device waited for its owner, Timeout if it said nothing, RecordUnsaved if the device
// does trust this computer now, but usbmuxd could not keep that, or hands out another record
// than it was given.
//
// These are the only requests of the package that change something, see [PermittedPair]. Do
// not call it unless a person asked for it.
func (d Door) Pair(ctx context.Context, a Attached, asked func(PairEvent)) (err error) {
	ctx, cancel := context.WithTimeout(ctx, pairPatience)
	defer cancel()
	guard(
		func() { err = d.pair(ctx, a, asked) },
		func() { err = device.Internal },
	)
	return err
}

func (d Door) pair(ctx context.Context, a Attached, asked func(PairEvent)) error {
	changes := make(chan Change, 16)
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() { d.watchOne(ctx, a.UDID, changes) })

	p := pairTry{examination: d.newExamination(a)}
	defer func() { p.Close() }()
	var waited error // why the last try waits
	for {
		err := p.try(ctx)
		gap := device.GapOf(err)
		switch {
		case err != nil && waited != nil && ctx.Err() == context.DeadlineExceeded:
			return waited // the deadline passed during another try
		case err == nil, !p.waits(ctx, gap.Reason):
			return err
		}
		waited = gap
		until, _ := ctx.Deadline()
		asked(PairEvent{Waiting: gap.Reason, Left: time.Until(until)})
		select {
		case <-time.After(pairInterval):
		case change := <-changes:
			if p.follow(change) && p.door.Greet(ctx, p.attached).Live.Trusted == device.Known(true) {
				return nil // by usbmuxd itself, or by an earlier try
			}
		case <-ctx.Done():
			if ctx.Err() == context.DeadlineExceeded {
				return gap // the device did answer: its owner did not
			}
			return reasonOf(ctx, ctx.Err())
		}
	}
}

// watchOne passes on the changes of one device. They are dropped while the reader is busy: it
// tries every second anyway.
func (d Door) watchOne(ctx context.Context, udid string, changes chan<- Change) {
	guard(func() {
		// Without it, only a device that leaves and returns is lost.
		_ = d.Watch(ctx, func(change Change) {
			if device.SameUDID(change.Attached.UDID, udid) {
				select {
				case changes <- change:
				default:
				}
			}
		})
	}, func() {})
}

// A pairTry is what remains from one try to the next.
type pairTry struct {
	*examination
	open   bool // lockdown is there to be asked
	made   bool // record is complete
	asked  bool // the device has been sent it, and may leave because Trust was tapped
	record ios.PairRecord
	leftAt time.Time // when it left; zero while it is there
}

// waits reports whether a try that failed for a reason is to be made again.
func (p *pairTry) waits(ctx context.Context, reason device.Reason) bool {
	switch reason {
	case device.TrustPending, device.Locked:
		p.leftAt = time.Time{}
		return true
	case device.Detached, device.Truncated, device.Unreachable, device.Timeout:
		if p.leftAt.IsZero() {
			p.leftAt = time.Now()
		}
		return p.asked && ctx.Err() == nil && time.Since(p.leftAt) < returnPatience
	}
	return false
}

// follow takes in a change of the device, and reports whether it may be trusted now.
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

// try asks once, over the connection of the last try if that is still there.
func (p *pairTry) try(ctx context.Context) error {
	err := p.ask(ctx)
	if p.broken != nil {
		p.hangUp()
	}
	return err
}

func (p *pairTry) ask(ctx context.Context) (err error) {
	if !p.open {
		if p.lockdown, err = p.door.lockdown(ctx, p.attached); err != nil {
			return err
		}
		p.open = true
		if err := cmp.Or(p.recognize(p.values(ctx, "")), p.broken); err != nil {
			return err
		}
	}
	if !p.made {
		if p.record, err = p.door.newPairRecord(ctx, p.lockdown); err != nil {
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
	if err := p.door.savePairRecord(ctx, p.attached, udid, p.record); err != nil {
		return err
	}
	return p.door.confirmSaved(ctx, udid)
}

// confirmSaved makes sure that usbmuxd hands out a record which it says it has saved. The error is
// device.RecordUnsaved if it has none, or one that cannot be used; the Detail says which. That it
// does not answer is no sign of either.
func (d Door) confirmSaved(ctx context.Context, udid string) error {
	_, err := d.readCredential(ctx, udid)
	switch reason := device.GapOf(err).Reason; reason {
	case device.NeverPaired, device.RecordBroken:
		return device.Gap{Reason: device.RecordUnsaved, Detail: "ReadPairRecord." + string(reason)}
	}
	return nil
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
	record, err := certify(ctx, key)
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
	if name, errName := answer.Text("Error"); errName == nil {
		reason := device.GapOf(refusal(answer, err)).Reason
		if reason == device.TrustStale { // which says of a session that the device forgot this computer
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

// readBUID asks usbmuxd for the number of this computer.
func (d Door) readBUID(ctx context.Context) (string, error) {
	mux, err := d.open(ctx)
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

// savePairRecord gives a pair record to usbmuxd to keep, under the UDID as the device spells
// it. The error is device.RecordUnsaved whatever goes wrong: the device trusts this computer
// by then.
func (d Door) savePairRecord(ctx context.Context, a Attached, udid string, record ios.PairRecord) error {
	const request = "SavePairRecord"
	mux, err := d.open(ctx)
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

// newUUID is a random UUID in capitals, as Apple writes a HostID.
func newUUID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	id[6] = id[6]&0x0F | 0x40
	id[8] = id[8]&0x3F | 0x80
	return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]))
}
