package scan

import (
	"context"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/treat"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// A lookResult is the device as it was read while a person works on it.
type lookResult struct {
	attached usb.Attached
	snapshot device.Snapshot
	judged   report.Device
	change   treat.Change
}

// look reads the device again and again until ctx ends, and then closes the channel. A device
// that is away is waited for.
func (w *walk) look(ctx context.Context) chan lookResult {
	looks := make(chan lookResult)
	boot, off := w.boot, onWiFi(w.snapshot) == device.Known(false)
	go func() {
		defer close(looks)
		tick := time.NewTicker(w.Every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			a, ok := w.find(ctx, w.attached.UDID)
			if !ok {
				continue
			}
			s := w.carry(w.Client.Read(ctx, a, w.Wants))
			if ctx.Err() != nil || s.Live.Ended.Reason != "" {
				continue
			}
			off = off || onWiFi(s) == device.Known(false)
			change := treat.Change{Restarted: restarted(boot, w.Client.Boot(ctx, a)), JoinedWiFi: off && onWiFi(s) == device.Known(true)}
			select {
			case looks <- lookResult{a, s, *w.run.judge.judge(0, s).Device, change}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return looks
}

// read reads the device in full, with its backups on this computer. A device that is away keeps
// its earlier reading.
func (w *walk) read(ctx context.Context) {
	if !w.refind(ctx) {
		if w.snapshot.Live == nil {
			w.snapshot = notAttached(w.attached.UDID)
		}
		return
	}
	w.boot = w.Client.Boot(ctx, w.attached)
	w.adopt(ctx, w.carry(w.Client.Read(ctx, w.attached, w.Wants)))
}

// refind finds the device as it is attached now: it may have been replugged. Otherwise it says
// that it is away.
func (w *walk) refind(ctx context.Context) (here bool) {
	a, here := w.find(ctx, w.attached.UDID)
	if here {
		w.attached = a
	} else {
		w.say("it is not attached: plug it in again")
	}
	return here
}

// adopt makes a reading the current one.
func (w *walk) adopt(ctx context.Context, s device.Snapshot) {
	if s.Live.Ended.Reason != "" && w.snapshot.Live != nil {
		return // the earlier reading has more
	}
	s.Backups, s.Histories = nil, nil
	w.visitor.complete(ctx, 0, &s, w.backupsOf(ctx, nil, []string{w.attached.UDID}))
	w.snapshot, w.judged = s, *w.run.judge.judge(0, s).Device
	if s.Repair != nil {
		w.keep(*s.Repair)
	}
}

// carry adds to a new reading what does not come from the device's answers of this moment.
func (w *walk) carry(s device.Snapshot) device.Snapshot {
	w.Labels.label(&s)
	identify(&s, w.Table)
	s.Attempts, s.Answers = w.attempts, w.Answers
	s.Backups, s.Histories, s.BackupPlaces = w.snapshot.Backups, w.snapshot.Histories, w.snapshot.BackupPlaces
	s.Repair = w.snapshot.Repair
	return s
}

// backedUp reports whether a reading shows a new iCloud backup.
func (w *walk) backedUp(s device.Snapshot) bool {
	return !w.repair().Confirmed(s).EndedAt.IsZero()
}

// followBackup follows a Back Up Now in the device's log.
func (w *walk) followBackup(ctx context.Context) (again bool, err error) {
	listening, stop := context.WithCancel(ctx)
	defer stop()
	heard := make(chan *backuplog.Log, 1)
	l := Listen{Examination: w.Examination, Length: w.Treatment.Listen, Printer: w.Printer}
	go func() { heard <- follower{Listen: l, before: w.snapshot}.listen(listening, w.attached) }()
	var log *backuplog.Log
	var stopped error
	for log == nil {
		select {
		case log = <-heard:
		case typed := <-w.Typist.Line():
			w.Typist.Took()
			if typed.Err != nil || typed.Text == "q" || typed.Text == "s" {
				stop()
				log, stopped = <-heard, errStop
			}
		}
	}
	after := l.again(ctx, w.attached, w.snapshot, log)
	attempts := log.Attempts(time.Now())
	failed := attempts[0].Outcome == device.AttemptFailed
	if failed {
		w.attempts = append(attempts[:1:1], w.attempts...)
	}
	w.adopt(ctx, w.carry(after))
	switch {
	case !w.repair().EndedAt.IsZero():
		return true, nil
	case failed:
		w.event(device.RepairEvent{Kind: device.RepairFailed, Codes: attempts[0].Causes})
		return true, nil
	case stopped != nil || ctx.Err() != nil:
		return true, stopped
	}
	w.event(device.RepairEvent{Kind: device.RepairUnseen})
	w.say("no iCloud backup was seen to complete: the repair stays open; run the same command to resume")
	return false, nil
}

// readAfter reads the device in full once a person says that a step was done, and returns what has
// changed.
func (w *walk) readAfter(ctx context.Context) treat.Change {
	boot, off := w.boot, onWiFi(w.snapshot) == device.Known(false)
	w.read(ctx)
	return treat.Change{Restarted: restarted(boot, w.boot), JoinedWiFi: off && onWiFi(w.snapshot) == device.Known(true)}
}

// onWiFi returns whether a device was on Wi-Fi when it was read.
func onWiFi(s device.Snapshot) device.Fact[bool] {
	if s.Live == nil {
		return device.Unknown[bool](device.NotAsked)
	}
	return s.Live.WiFi.Associated
}

// restarted reports whether a device is in another boot than before. A device that does not tell
// its boot is not seen to restart: a loose cable looks the same.
func restarted(before, now device.Fact[usb.BootMark]) bool {
	was, errWas := before.Get()
	is, errIs := now.Get()
	return errWas == nil && errIs == nil && was != is
}
