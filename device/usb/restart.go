package usb

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// PermittedRestart lists every request that [Client.Restart] may send besides those of [Permitted].
// They take the lock that programs hold while they sync with or back up the device, and restart
// the device; nothing else on it changes.
var PermittedRestart = []string{
	"lockdown StartService com.apple.afc",
	"afc Open /com.apple.itunes.lock_sync",
	"afc Lock",
	"afc Close",

	"diagnostics Restart",
	"diagnostics Goodbye",
}

// A RestartEvent is one step of a restart.
type RestartEvent int

// The steps of a restart, in order.
const (
	RestartSent RestartEvent = iota // the device accepted the request
	RestartLeft                     // it has disconnected
	RestartBack                     // it is attached again
)

// A Restarted is the observed result of a restart.
type Restarted struct {
	Attached Attached          // the device as it is attached afterwards; as before if it did not return
	Left     bool              // it disconnected after the request
	Back     bool              // it was attached again afterwards
	NewBoot  device.Fact[bool] // whether BootSessionID has changed
	Locked   device.Fact[bool] // whether it is locked afterwards; nothing can be backed up until it is unlocked once
	Took     time.Duration     // from the request until it answered again, or until the wait ended
}

// Confirmed reports whether the restart was observed: the device is in a new boot or, if that is
// unknown, it left and returned.
func (r Restarted) Confirmed() bool {
	if fresh, err := r.NewBoot.Get(); err == nil {
		return fresh
	}
	return r.Left && r.Back
}

// How long to wait for a device to leave, and in total by default. A device leaves within seconds
// and returns within two minutes; after an update it may take longer.
const (
	leaveTimeout  = time.Minute
	usualComeback = 5 * time.Minute
	answerTimeout = time.Minute // once it is back
	answerPauses  = 500 * time.Millisecond
)

// Restart asks a device to restart and waits up to wait for it to return (0 means 5 minutes). tell
// is called for each step.
//
// The error says why the device was not asked, or did not accept: a [device.Reason] as for
// [Client.Read], device.Busy if a program syncs with or backs up the device, or device.DeviceError
// with its status. A device that accepts but does not return is not an error. Restart sends the
// requests in [PermittedRestart]; call it only if the user asked for it.
func (c Client) Restart(ctx context.Context, a Attached, wait time.Duration, tell func(RestartEvent)) (r Restarted, err error) {
	guard(
		func() { r, err = c.restart(ctx, a, cmp.Or(wait, usualComeback), tell) },
		func() { err = device.Internal },
	)
	return r, err
}

func (c Client) restart(ctx context.Context, a Attached, wait time.Duration, tell func(RestartEvent)) (Restarted, error) {
	r := Restarted{Attached: a, NewBoot: device.Unknown[bool](device.NotAsked), Locked: device.Unknown[bool](device.NotAsked)}
	watched, cancel := context.WithCancel(ctx)
	defer cancel()
	watch := comeback{changes: make(chan Change, 64), before: a}
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() { c.watchOne(watched, a.UDID, watch.changes) })
	if err := watch.settle(ctx, c.timeout()); err != nil {
		return r, err
	}

	before, asked, err := c.sendRestart(ctx, watch.before)
	if err != nil && !(asked && device.GapOf(err).Reason.Transient()) {
		return r, err
	}
	sent := time.Now()
	waiting, stop := context.WithTimeout(ctx, wait)
	defer stop()
	tell(RestartSent)
	watch.leave(waiting, min(wait, leaveTimeout))
	r.Left = watch.left
	if r.Left {
		tell(RestartLeft)
	} else if err != nil {
		return r, err // whether the device accepted the request is unknown
	}
	if r.Left && watch.back(waiting) {
		r.Back, r.Attached = true, watch.now
		tell(RestartBack)
	}
	if r.Back || !r.Left {
		c.compareBoots(ctx, &r, before)
	}
	r.Took = time.Since(sent)
	return r, reasonIfOver(ctx)
}

// reasonIfOver returns the reason if ctx, which the user may end, is done.
func reasonIfOver(ctx context.Context) error {
	if ctx.Err() != nil {
		return reasonOf(ctx, ctx.Err())
	}
	return nil
}

// sendRestart sends the request and returns the boot that the device was in. asked is false if the
// request was not sent.
func (c Client) sendRestart(ctx context.Context, a Attached) (boot device.Fact[BootMark], asked bool, err error) {
	c = c.Over(a.Connection)
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	e := c.newExamination(a)
	defer func() { e.Close() }()
	root, trust := e.begin(ctx)
	if trust != nil {
		return boot, false, trust
	}
	boot = bootOf(root)
	lock := &syncLock{stop: func() {}}
	if err := e.lockSync(ctx, lock, 5); err != nil {
		lock.end()
		return boot, false, err
	}
	defer lock.end()
	service, err := e.openService(ctx, "com.apple.mobile.diagnostics_relay")
	if err != nil {
		return boot, false, err
	}
	defer service.Close()
	// WaitForDisconnect delays the restart until the connection ends, so that the response arrives.
	answer, err := service.ask(ctx, map[string]any{"Request": "Restart", "WaitForDisconnect": true}, anyAnswer)
	if err != nil {
		return boot, true, err
	}
	switch status, err := answer.Text("Status"); {
	case err != nil:
		return boot, true, err
	case status != "Success":
		return boot, true, device.Gap{Reason: device.DeviceError, Detail: detail(status)}
	}
	_, _ = service.ask(ctx, map[string]any{"Request": "Goodbye"}, anyAnswer) // the restart is already accepted
	return boot, true, nil
}

// compareBoots asks the device, until it answers or answerTimeout has passed, whether it is in a new
// boot and whether it is locked.
func (c Client) compareBoots(ctx context.Context, r *Restarted, before device.Fact[BootMark]) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	for {
		after, locked, err := c.boot(ctx, r.Attached)
		if err == nil || !device.GapOf(err).Reason.Transient() || pause(ctx, answerPauses) != nil {
			r.NewBoot, r.Locked = changedBoot(before, after), locked
			return
		}
	}
}
