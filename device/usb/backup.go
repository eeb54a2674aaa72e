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

// PermittedBackup lists every request that [Client.Backup] may send besides those of [Permitted],
// and those of [PermittedWatching] while the device is silent. Messages to the backup service
// itself are listed in [mobilebackup.Permitted]. The notifications and the lock tell the device
// and other programs that a backup is in progress; they change nothing permanently.
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

// backupService is the name of the backup service.
const backupService = "com.apple.mobilebackup2"

// usualSilence is the default for Backup.Silence. The device scans all its files before it sends
// the first one, and waits for the owner to enter the passcode.
const usualSilence = 30 * time.Minute

// A Backup holds the options for backing up one device.
type Backup struct {
	Folder  *mobilebackup.Folder
	Full    bool          // send everything, whatever the folder holds
	Probe   bool          // only ask how much space is needed
	Silence time.Duration // how long the device may be silent; 0 means 30 minutes
	Tell    func(BackupEvent)
	Trace   func(mobilebackup.Step) // called for each message; may be nil
}

// A BackupEvent is one event during a backup. Exactly one field is set.
type BackupEvent struct {
	Progress *mobilebackup.Progress
	Prompt   *bool // the device has started or stopped asking for its passcode
	Locked   bool  // the device is locked and the backup is waiting for it
}

// A BackupResult is the result of a backup. It is incomplete if Backup returns an error.
type BackupResult struct {
	mobilebackup.Outcome
	Info []byte // Info.plist, written by the computer: describes the device and names its owner
}

// ErrCancelled means that the backup was cancelled on the device.
var ErrCancelled = errors.New("the backup was cancelled on the device")

// Backup backs up a device through its own backup service and returns after the device's final
// message. The Client's Timeout does not apply.
//
// If the backup does not get that far, the error says why: a [device.Reason] as for [Client.Read],
// device.Busy if another program holds the device's sync lock, ErrCancelled, or
// [mobilebackup.ErrPath]. Backup sends the requests in [PermittedBackup]; call it only if the
// user asked for it.
func (c Client) Backup(ctx context.Context, a Attached, b Backup) (result BackupResult, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	e := c.newExamination(a)
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

// reasonOfBackup returns backup-specific errors unchanged and translates all others.
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

// openBackup starts the service. The escrow bag of the pair record allows a backup of a device
// that has not been unlocked since it last talked to this computer. If the device rejects the
// bag, the service is started without it.
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

// A patientLine is a connection with a deadline that each read and write extends.
type patientLine struct {
	*link
	silence time.Duration
	set     time.Time // when the deadline was last set
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

// extend resets the deadline, at most once a second, because files arrive in thousands of pieces.
func (l *patientLine) extend() {
	if now := time.Now(); now.Sub(l.set) > min(time.Second, l.silence/4) {
		l.set = now
		_ = l.raw.SetDeadline(now.Add(l.silence)) // a closed connection fails on its next use
	}
}

// How often a silent device is checked, and how many checks in a row may fail.
const (
	lookEvery = 30 * time.Second
	mostFails = 3
)

// watchSilence checks whether a silent device is still attached and whether it is waiting to be
// unlocked.
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
		access := e.client.Access(ctx, e.attached)
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
