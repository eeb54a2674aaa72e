package scan

import (
	"context"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// A follower follows the log of one device.
type follower struct {
	Listen
	label  string          // prefix of its lines; "" for a single device
	before device.Snapshot // the device when listening began
}

// settles is how long to keep listening after an attempt has ended: backupd logs one failure
// several times, and the scheduler logs it afterwards.
const settles = 2 * time.Second

// listen follows a device's log until the awaited event occurs, the time is up, or the log
// cannot be read any longer.
func (f follower) listen(ctx context.Context, a usb.Attached) *backuplog.Log {
	ctx, cancel := context.WithTimeout(ctx, f.Length)
	log := backuplog.New("", "", time.Now())
	heard := make(chan usb.Heard)
	var following sync.WaitGroup
	following.Go(func() {
		defer close(heard)
		f.follow(ctx, a, func(h usb.Heard) {
			select {
			case heard <- h: // blocks until the previous line is handled
			case <-ctx.Done():
			}
		})
	})
	f.understand(ctx, a, log, heard)
	cancel()
	following.Wait()
	f.sum(log)
	return log
}

// understand interprets what is heard.
func (f follower) understand(ctx context.Context, a usb.Attached, log *backuplog.Log, heard <-chan usb.Heard) {
	var settled <-chan time.Time
	guided := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-settled:
			return
		case h, open := <-heard:
			if !open {
				return
			}
			if h.Service != "" && !guided {
				guided = true
				f.say(f.guide())
			}
			if f.take(ctx, a, log, h) && settled == nil {
				settled = time.After(settles)
			}
		}
	}
}

// take handles one log line or event, and reports whether it is the awaited one.
func (f follower) take(ctx context.Context, a usb.Attached, log *backuplog.Log, h usb.Heard) bool {
	switch {
	case h.Service != "":
		log.Follow(h.Service)
	case h.Lost > 0:
		log.Lose(h.Lost)
	case h.Changed:
		if again, ok := f.find(ctx, a.UDID); ok {
			a = again // it may have been replugged
		}
		after := f.Client.Read(ctx, a, 0)
		if at, ok := device.NewBackup(f.before.Live.CloudBackup.Last, f.before.TakenAt, after); ok {
			log.Succeed(at)
		}
		return log.Ended() && !f.Conditions
	case h.Line != nil:
		event, ok := log.Add(*h.Line)
		if !ok {
			return false
		}
		f.Printer.Relay(f.label, event)
		if f.Conditions {
			locked, err := event.Conditions.Locked.Get()
			return err == nil && locked
		}
		return log.Ended()
	}
	return false
}

// follow follows the log, and resumes when the device returns.
func (f follower) follow(ctx context.Context, a usb.Attached, hear func(usb.Heard)) {
	const most = 5 // consecutive failures without a line between them
	said := ""     // since something was heard
	sayOnce := func(text string) {
		if text != said {
			f.say(text)
		}
		said = text
	}
	for failed := 0; failed < most; {
		err := f.Client.Listen(ctx, a, func(h usb.Heard) {
			if h.Line != nil {
				failed = 0
			}
			said = ""
			hear(h)
		})
		if ctx.Err() != nil {
			return
		}
		switch reason := device.GapOf(err).Reason; reason {
		case device.Detached, device.Unreachable:
			sayOnce("disconnected: waiting for it to come back")
		case device.Locked:
			sayOnce("locked: unlock it once with its passcode")
		case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale, device.TrustForbidden,
			device.RecordBroken, device.RecordUnsaved, device.MuxTrouble, device.OtherDevice, device.NoService, device.Refused:
			f.say("cannot be listened to: " + device.GapOf(err).Error())
			return
		default:
			failed++
			f.say("the log ended early: " + device.GapOf(err).Error())
		}
		var back bool
		if a, back = f.wait(ctx, a); !back {
			return
		}
	}
	f.say("the log ended too often; no longer following it")
}

// wait returns when a device is attached, after at least a second; back is false if the time
// ran out first.
func (f follower) wait(ctx context.Context, a usb.Attached) (found usb.Attached, back bool) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return a, false
		case <-tick.C:
		}
		if again, ok := f.find(ctx, a.UDID); ok { // without usbmuxd nothing is found until it is back
			return again, true
		}
	}
}

// guide says what to do on the device, in the wording of its iOS version.
func (f follower) guide() string {
	template := "listening: on the {device}, open {P-BACKUP}, and tap Back Up Now"
	if f.Conditions {
		template = "listening: lock the {device}, wait ten seconds, and unlock it"
	}
	if text, ok := remedies.Expand(template, f.before.Device); ok {
		return text
	}
	return "listening: start an iCloud backup on the device"
}

// sum says what listening found.
func (f follower) sum(log *backuplog.Log) {
	f.Printer.Flush(f.label)
	a := log.Attempts(time.Now())[0]
	conditions, err := a.Conditions.Get()
	switch {
	case f.Conditions && err == nil:
		f.say("the conditions of the nightly backup, as the device sees them: " + terminal.Conditions(conditions))
	case f.Conditions:
		f.say("the log did not show these conditions: they are unknown")
	case a.Outcome == device.AttemptUnseen:
		f.say("no attempt at an iCloud backup was seen in the log: this does not mean that all is well")
	case a.Outcome == device.AttemptUnended:
		f.say("the attempt was still running when listening ended")
	}
	if a.Lost > 0 {
		f.say(terminal.LostLines(a.Lost))
	}
	if at, err := a.Until.Get(); err == nil && a.Outcome == device.AttemptSucceeded {
		f.say("the backup has completed: the device dates its last good iCloud backup " + words.Moment(at.Local()))
	}
}

func (f follower) say(text string) { f.Printer.Say(f.label, text) }
