package usb

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb/mobilebackup"
)

// PermittedBackup is every request that [Door.Backup] may send besides those of [Permitted],
// and of [PermittedWatching] while the device is silent. What it says to the backup service
// itself is in [mobilebackup.Permitted]. The posted notifications and the lock tell the device
// and other programs that a backup is being made; they change nothing that lasts.
var PermittedBackup = []string{
	"lockdown StartService com.apple.mobilebackup2",
	"lockdown StartService com.apple.mobile.notification_proxy",
	"lockdown StartService com.apple.afc",

	"notification_proxy ObserveNotification com.apple.itunes-client.syncCancelRequest",
	"notification_proxy ObserveNotification com.apple.LocalAuthentication.ui.presented",
	"notification_proxy ObserveNotification com.apple.LocalAuthentication.ui.dismissed",
	"notification_proxy PostNotification com.apple.itunes-mobdev.syncWillStart",
	"notification_proxy PostNotification com.apple.itunes-mobdev.syncLockRequest",
	"notification_proxy PostNotification com.apple.itunes-mobdev.syncDidStart",
	"notification_proxy PostNotification com.apple.itunes-mobdev.syncDidFinish",

	"afc Open /com.apple.itunes.lock_sync",
	"afc Lock",
	"afc Close",
}

// backupService is com.apple.mobilebackup2.
const backupService = "com.apple.mobilebackup2"

// usualSilence is how long a device may say nothing. It looks through all its files before it
// sends the first, and waits for its owner to enter the passcode.
const usualSilence = 30 * time.Minute

// A Backup is how a backup of one device is made.
type Backup struct {
	Folder  *mobilebackup.Folder
	Full    bool          // have everything sent, whatever the folder holds
	Probe   bool          // only ask how much room it needs
	Silence time.Duration // how long the device may say nothing; 0 for 30 minutes
	Tell    func(BackupEvent)
	Trace   func(mobilebackup.Step) // told of each message; nil for nobody
}

// A BackupEvent is one thing that happens in a backup. Exactly one of its fields is set.
type BackupEvent struct {
	Progress *mobilebackup.Progress
	Prompt   *bool // the device has begun to ask for its passcode, or has ceased to
	Locked   bool  // the device is locked while it is waited for
}

// A BackupResult is what came of it. Its error is beside it where there is no outcome.
type BackupResult struct {
	mobilebackup.Outcome
	Info []byte // Info.plist, which the computer writes: who the device is. It names its owner.
}

// ErrCancelled is a backup that somebody cancelled on the device.
var ErrCancelled = errors.New("the backup was cancelled on the device")

// Backup makes a backup of a device by its own service, and returns when the device has said
// its last word. The Door's Timeout does not count.
//
// The error is why it did not come to that: a [device.Reason] as for [Door.Read],
// device.Busy if another program keeps the device locked for itself, ErrCancelled, or
// [mobilebackup.ErrPath]. It sends what is in [PermittedBackup]; do not call it unless a person
// asked for it.
func (d Door) Backup(ctx context.Context, a Attached, b Backup) (result BackupResult, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	e := d.newExamination(a)
	defer func() { e.Close() }()
	guard(
		func() { result, err = e.backup(ctx, cancel, b) },
		func() { err = device.Internal },
	)
	return result, err
}

func (e *examination) backup(ctx context.Context, cancel context.CancelCauseFunc, b Backup) (result BackupResult, err error) {
	root, trust := e.begin(ctx)
	if trust != nil {
		return result, trust
	}
	if result.Info, err = infoPlist(root, time.Now()); err != nil {
		return result, err
	}
	lock, err := e.beginSync(ctx, cancel, b.Tell)
	if err != nil {
		return result, err
	}
	defer lock.end()
	service, err := e.openBackup(ctx)
	if err != nil {
		return result, err
	}
	defer service.Close()

	if b.Silence == 0 {
		b.Silence = usualSilence
	}
	line := &patientLine{link: service, silence: b.Silence}
	alive, done := context.WithCancel(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer done()
	watching.Go(func() { e.watchSilence(alive, cancel, line, b.Tell) })
	result.Outcome, err = mobilebackup.Run(ctx, mobilebackup.Session{
		Conn: line, Folder: b.Folder, UDID: e.said, Full: b.Full, Probe: b.Probe, Trace: b.Trace,
		Tell: func(p mobilebackup.Progress) { b.Tell(BackupEvent{Progress: &p}) },
	})
	return result, reasonOfBackup(ctx, err)
}

// reasonOfBackup keeps what only a backup can end with, and translates the rest.
func reasonOfBackup(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case err == nil:
		return nil
	case errors.Is(cause, ErrCancelled), errors.Is(cause, device.Detached):
		return cause
	case errors.Is(err, mobilebackup.ErrPath):
		return err
	}
	return reasonOf(ctx, err)
}

// openBackup starts the service. With the escrow bag of the pair record a device can be backed
// up that was not unlocked since this computer last spoke with it; one that does not take the
// bag is asked without.
func (e *examination) openBackup(ctx context.Context) (*link, error) {
	if e.proof.escrowBag != nil {
		at, err := e.startWith(ctx, lockdownRequest{Service: backupService, EscrowBag: e.proof.escrowBag})
		if err == nil {
			return e.connect(ctx, at)
		}
		if e.broken != nil {
			return nil, err
		}
	}
	return e.openService(ctx, backupService)
}

// A patientLine is a connection on which each read and write may take long.
type patientLine struct {
	*link
	silence time.Duration
	set     time.Time // when its deadline was set
	heard   atomic.Int64
}

// Read implements [io.Reader].
func (l *patientLine) Read(p []byte) (int, error) {
	l.extend()
	n, err := l.link.Read(p)
	l.heard.Add(int64(n))
	return n, err
}

// Write implements [io.Writer].
func (l *patientLine) Write(p []byte) (int, error) {
	l.extend()
	return l.link.Write(p)
}

// extend sets the deadline again, at most once a second: files come in thousands of pieces.
func (l *patientLine) extend() {
	if now := time.Now(); now.Sub(l.set) > min(time.Second, l.silence/4) {
		l.set = now
		_ = l.raw.SetDeadline(now.Add(l.silence)) // one that is closed fails when it is used
	}
}

// How often a silent device is looked at, and how often it may fail to answer.
const (
	lookEvery = 30 * time.Second
	mostFails = 3
)

// watchSilence looks whether a device that says nothing is still there, and whether it waits
// to be unlocked.
func (e *examination) watchSilence(ctx context.Context, cancel context.CancelCauseFunc, line *patientLine, tell func(BackupEvent)) {
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	heard, fails := int64(-1), 0
	for {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
		if now := line.heard.Load(); now != heard {
			heard, fails = now, 0
			continue
		}
		access := e.door.Access(ctx, e.attached)
		if _, err := access.Trusted.Get(); device.GapOf(err).Reason.Transient() && ctx.Err() == nil {
			if fails++; fails == mostFails {
				cancel(device.Detached)
			}
			continue
		}
		fails = 0
		if locked, err := access.Locked.Get(); err == nil && locked {
			tell(BackupEvent{Locked: true})
		}
	}
}
