// Package restart restarts a device, unless it is seen to be busy, and confirms the restart.
package restart

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/actlock"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// Unseen describes what cannot be detected before a restart.
const Unseen = "whether an iCloud backup or an update is running on it cannot be seen"

// A Restart restarts one attached device.
type Restart struct {
	Client   usb.Client
	Attached usb.Attached
	Locks    actlock.Folder         // of commands that act on devices; "" for none
	Wait     time.Duration          // for the device to return; 0 means 5 minutes
	Tell     func(usb.RestartEvent) // called for each step; may be nil
}

// A BusyError reports what was running on a device, which was therefore not restarted.
type BusyError struct{ Seen string }

// Error returns what was seen.
func (e *BusyError) Error() string { return "not restarted: " + e.Seen }

// Unwrap returns device.Busy.
func (e *BusyError) Unwrap() error { return device.Busy }

// Run takes the lock of the device, or borrows the one in ctx, reads the device, and restarts it
// unless something is seen to be running on it. It returns what was seen of the restart, and an
// error if the device was not asked to restart or did not accept: a [*actlock.HeldError] or
// [*BusyError], the reason why the device does not trust this computer or could not be read, or an
// error of [usb.Client.Restart]. It is not an error if a restart that the device accepted could not
// be confirmed.
func (r Restart) Run(ctx context.Context) (seen usb.Restarted, err error) {
	seen.Attached = r.Attached
	if r.Locks != "" {
		lock, err := r.Locks.Acquire(ctx, r.Attached.UDID, "restart", r.Client.Over(r.Attached.Connection).Limit())
		if err != nil {
			return seen, err
		}
		defer lock.Release()
	}
	snapshot := r.Client.Read(ctx, r.Attached, 0)
	if _, err := snapshot.Live.Trusted.Get(); err != nil {
		return seen, err
	}
	if running := Running(snapshot); running != "" {
		return seen, &BusyError{running}
	}
	tell := r.Tell
	if tell == nil {
		tell = func(usb.RestartEvent) {}
	}
	seen, err = r.Client.Restart(ctx, r.Attached, r.Wait, tell)
	if errors.Is(err, device.Busy) {
		err = &BusyError{"a program syncs with it or backs it up: it holds the device's sync lock"}
	}
	return seen, err
}

// Running describes the restore that a snapshot shows to be in progress, or returns "". A recorded
// state of a restore that an earlier backup contradicts does not count.
func Running(s device.Snapshot) string {
	restore := slices.DeleteFunc(checks.All(), func(c *checks.Check) bool { return c.ID != "restore-in-progress" })
	for _, f := range checks.Run(s, restore) {
		if f.Status == checks.Problem {
			return f.Summary
		}
	}
	return ""
}

// Describe returns what was seen of a restart that the device accepted.
func Describe(r usb.Restarted) string {
	took := r.Took.Round(time.Second)
	fresh, err := r.NewBoot.Get()
	switch {
	case err == nil && fresh && r.Left:
		return fmt.Sprintf("restarted: it disconnected, booted, and came back after %v", took)
	case err == nil && fresh:
		return "restarted: it has booted since; it was not seen to disconnect"
	case err == nil && r.Back:
		return "not restarted: it disconnected, and came back without booting"
	case err == nil:
		return "not restarted: it accepted the request, but has not booted since"
	case r.Back:
		return fmt.Sprintf("it disconnected, and came back after %v; whether it booted is unknown", took)
	case r.Left:
		return fmt.Sprintf("not confirmed: it disconnected, and did not come back within %v", took)
	default:
		return "not confirmed: it accepted the request, and was not seen to disconnect"
	}
}

// Next returns what to do after a restart, or "" if nothing is known to be needed.
func Next(r usb.Restarted) string {
	locked, err := r.Locked.Get()
	if r.Back && (err != nil || locked) {
		return "unlock it once with its passcode: until then it does not back up"
	}
	return ""
}
