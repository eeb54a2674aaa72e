package scan

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// Listen examines attached devices, and follows their logs until a backup has ended.
type Listen struct {
	Examination
	UDIDs      []string      // the devices to listen to; none means all
	Length     time.Duration // of the listening, at most
	Conditions bool          // wait for the scheduler's conditions, not for a backup
	Printer    *terminal.LogPrinter
}

// Learn implements [Source].
func (l Listen) Learn(ctx context.Context, run *Run) (Learned, error) {
	var gaps []device.Gap
	found, err := l.Door.Discover(ctx, func(usb.Change) {})
	if err != nil {
		gaps = append(gaps, device.GapOf(err))
	}
	gaps = append(gaps, found.Gaps()...)
	attached, left := l.leftOut(found.Devices)
	wanted, missing := Choose(l.Labels.bySlot(attached), l.UDIDs)
	left = leftOutOf(left, l.UDIDs)
	var none error // how the command ends where no device that was asked for is there
	if len(wanted)+len(left)+len(gaps) == 0 && len(missing) > 0 {
		none, missing = notHere(missing...), nil
	}
	set := l.backupsOf(ctx, wanted, missing)
	c := l.collection(run)
	c.done = func(number int, s device.Snapshot) { run.Tell(number, report.DeviceState, s, report.AllRead) }
	c.collect(ctx, wanted, missing, set)
	l.follow(ctx, wanted, c.snapshots)
	for number, s := range c.snapshots {
		run.Done(number, s)
	}
	learned := Learned{Recording: run.Recording(append(gaps, stopped(ctx)...)...), Places: set.reported(), None: none}
	learned.Recording.LeftOut = left
	return learned, nil
}

// follow listens to devices at the same time, each of which was read as the snapshot of the same
// index, and adds what was heard. What else is known of them stays.
func (l Listen) follow(ctx context.Context, wanted []usb.Attached, snapshots []device.Snapshot) {
	heard := make([]*backuplog.Log, len(wanted))
	var following sync.WaitGroup
	for i, a := range wanted {
		following.Go(func() {
			label := ""
			if len(wanted) > 1 {
				label = nameOf(snapshots[i])
			}
			heard[i] = follower{Listen: l, label: label, before: snapshots[i]}.listen(ctx, a)
		})
	}
	following.Wait()
	until := time.Now()
	workers.Start(l.Pool).Each(len(wanted), func(i int) device.Reason {
		after := l.again(ctx, wanted[i], snapshots[i], heard[i])
		snapshots[i].TakenAt, snapshots[i].Device, snapshots[i].Live = after.TakenAt, after.Device, after.Live
		identify(&snapshots[i], l.Table)
		snapshots[i].Attempts = heard[i].Attempts(until)
		return ""
	})
}

// followUnexplained listens to those devices for which a scan found no reason.
func (l Listen) followUnexplained(ctx context.Context, run *Run, wanted []usb.Attached, snapshots []device.Snapshot) {
	var open []usb.Attached
	var places []int
	for i, a := range wanted {
		if run.unexplained(i, snapshots[i]) {
			open, places = append(open, a), append(places, i)
		}
	}
	before := make([]device.Snapshot, len(open))
	for n, i := range places {
		before[n] = snapshots[i]
	}
	l.follow(ctx, open, before)
	for n, i := range places {
		snapshots[i] = before[n]
	}
}

// again reads what has changed while a device was listened to: above all the date of its
// last good backup, which alone tells of a success. What was read before stays if the
// device is gone, or Ctrl-C was pressed.
func (l Listen) again(ctx context.Context, a usb.Attached, before device.Snapshot, heard *backuplog.Log) device.Snapshot {
	if ctx.Err() != nil {
		return before
	}
	attached, ok := l.find(ctx, a.UDID)
	if !ok {
		return before
	}
	after := l.Door.Read(ctx, attached, l.Wants)
	if after.Live.Ended.Reason != "" {
		return before
	}
	if at, ok := newBackup(before, after); ok && heard.Attempts(time.Now())[0].Outcome != device.AttemptSucceeded {
		heard.Succeed(at)
	}
	return after
}

// find finds a device again, by a connection by which devices are examined.
func (e Examination) find(ctx context.Context, udid string) (a usb.Attached, ok bool) {
	found, err := e.Door.Discover(ctx, func(usb.Change) {})
	if err != nil {
		return a, false
	}
	attached, _ := e.leftOut(found.Devices)
	at := slices.IndexFunc(attached, func(other usb.Attached) bool { return device.SameUDID(other.UDID, udid) })
	if at < 0 {
		return a, false
	}
	return attached[at], true
}

// newBackup is the date of the last good iCloud backup, if it has moved.
func newBackup(before, after device.Snapshot) (at time.Time, ok bool) {
	last, err := after.Live.CloudBackup.Last.Get()
	if err != nil {
		return time.Time{}, false
	}
	earlier, _ := before.Live.CloudBackup.Last.Get() // zero if there was none
	return last, last.After(earlier)
}

// nameOf is what a device is called among others.
func nameOf(s device.Snapshot) string {
	if name, err := s.Device.Name.Get(); err == nil {
		return name
	}
	return fmt.Sprintf("%.8s", s.Device.UDID)
}
