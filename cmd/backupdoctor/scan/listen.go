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

// Listen examines attached devices and follows their logs until a backup has ended.
type Listen struct {
	Examination
	UDIDs      []string      // devices to listen to; nil for all
	Length     time.Duration // maximum time to listen
	Conditions bool          // wait for the scheduler's conditions instead of a backup
	Printer    *terminal.LogPrinter
}

// Learn implements [Source].
func (l Listen) Learn(ctx context.Context, run *Run) (Learned, error) {
	var gaps []device.Gap
	found, err := l.Client.Discover(ctx, func(usb.Change) {})
	if err != nil {
		gaps = append(gaps, device.GapOf(err))
	}
	gaps = append(gaps, found.Gaps()...)
	attached, left := l.leftOut(found.Devices)
	wanted, missing := Choose(l.Labels.bySlot(attached), l.UDIDs)
	left = leftOutOf(left, l.UDIDs)
	var none error // how the command ends if no requested device is attached
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

// follow listens to several devices at once and adds what was heard to their snapshots. Each
// snapshot has the index of its device; its other facts stay.
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

// followUnexplained listens to the devices for which a scan found no cause.
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

// again rereads what has changed while listening: above all the date of the last good backup,
// the only proof of success. If the device is gone, or Ctrl-C was pressed, the earlier facts
// stay.
func (l Listen) again(ctx context.Context, a usb.Attached, before device.Snapshot, heard *backuplog.Log) device.Snapshot {
	if ctx.Err() != nil {
		return before
	}
	attached, ok := l.find(ctx, a.UDID)
	if !ok {
		return before
	}
	after := l.Client.Read(ctx, attached, l.Wants)
	if after.Live.Ended.Reason != "" {
		return before
	}
	if at, ok := device.NewBackup(before.Live.CloudBackup.Last, before.TakenAt, after); ok && heard.Attempts(time.Now())[0].Outcome != device.AttemptSucceeded {
		heard.Succeed(at)
	}
	return after
}

// find finds a device again, on a connection allowed by the Examination.
func (e Examination) find(ctx context.Context, udid string) (a usb.Attached, ok bool) {
	found, err := e.Client.Discover(ctx, func(usb.Change) {})
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

// nameOf returns a name that distinguishes the device.
func nameOf(s device.Snapshot) string {
	if name, err := s.Device.Name.Get(); err == nil {
		return name
	}
	return fmt.Sprintf("%.8s", s.Device.UDID)
}
