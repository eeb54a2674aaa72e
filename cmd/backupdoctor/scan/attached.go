package scan

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/ledger"
)

// Attached examines the devices attached now. It never fails: a fact that could not be read
// carries the reason, and a missing device is one without facts. An unreachable usbmuxd is
// a gap in the report.
type Attached struct {
	Examination
	UDIDs    []string           // devices to examine; nil for all
	Resumed  *ledger.Resumption // devices of an earlier run, which are not examined again; nil for none
	Limit    time.Duration      // for examining all devices; 0 for no limit
	Archives Archives           // sysdiagnose archives to read too
	More     []More             // what to add once devices have been read
	Listen   *Listen            // how to listen to devices without a known cause; nil to not listen
}

// Learn implements [Source].
func (a Attached) Learn(ctx context.Context, run *Run) (Learned, error) {
	reading, stop := limited(ctx, a.Limit)
	defer stop()
	archives, err := a.Archives.read(reading, a.Screen)
	if err != nil {
		return Learned{}, err
	}
	c := a.collection(run)
	attached, gaps := c.discover(reading, func(one usb.Attached) bool { return a.wants(one) && !a.finished(one) })
	attached, left := a.leftOut(attached)
	wanted, missing := Choose(a.Labels.bySlot(slices.DeleteFunc(attached, a.finished)), a.UDIDs)
	left = leftOutOf(left, a.UDIDs)
	var none error // how the command ends if no requested device is attached
	if len(wanted)+len(archives)+len(left)+len(gaps) == 0 && len(missing) > 0 && a.Resumed == nil {
		none, missing = notHere(missing...), nil
	}
	set := a.backupsOf(reading, wanted, slices.Concat(missing, ownersOf(archives)))
	learned := func() Learned {
		for _, gap := range stopped(reading) {
			if !slices.Contains(gaps, gap) {
				gaps = append(gaps, gap)
			}
		}
		l := Learned{Recording: run.Recording(gaps...), Places: set.reported(), None: none}
		l.Recording.LeftOut, l.Recording.Jobs = left, jobsOf(c.workers)
		return l
	}
	if len(archives)+len(a.More) == 0 && a.Listen == nil {
		c.done = run.Done
		c.collect(reading, wanted, missing, set)
		return learned(), nil
	}
	c.done = func(number int, s device.Snapshot) { run.Tell(number, report.DeviceState, s, report.AllRead) }
	c.collect(reading, wanted, missing, set)
	a.Inspection.all(reading, set) // the backups of the owners of archives
	snapshots := withArchives(c.snapshots, archives, set, a.Table)
	l := learned()
	more(reading, a.More, snapshots)
	if a.Listen != nil {
		a.Screen.CloseView()
		a.Listen.followUnexplained(ctx, run, wanted, snapshots)
		for _, gap := range stopped(ctx) {
			if !slices.Contains(l.Recording.Gaps, gap) {
				l.Recording.Gaps = append(l.Recording.Gaps, gap)
			}
		}
	}
	for number, s := range snapshots {
		run.Done(number, s)
	}
	return l, nil
}

// wants reports whether a device was asked for.
func (a Attached) wants(one usb.Attached) bool { return chosen(one.UDID, a.UDIDs) }

// finished reports whether the resumed run had already examined a device.
func (a Attached) finished(one usb.Attached) bool {
	return a.Resumed != nil && slices.ContainsFunc(a.Resumed.Done, func(d report.Device) bool { return device.SameUDID(d.UDID, one.UDID) })
}

// backupsOf finds the backups on this computer of the attached devices and of others.
func (e Examination) backupsOf(ctx context.Context, attached []usb.Attached, others []string) BackupSet {
	set := FindBackups(ctx, e.Places)
	for _, a := range attached {
		others = append(others, a.UDID)
	}
	set.Keep(func(st *StoredBackup) bool { return st.IsOfOne(others) })
	return set
}

// limited returns a context that ends after limit; 0 means no limit.
func limited(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, limit, device.OutOfTime)
}

// stopped returns the gap of an interrupted run.
func stopped(ctx context.Context) []device.Gap {
	if ctx.Err() == nil {
		return nil
	}
	if reason, ok := errors.AsType[device.Reason](context.Cause(ctx)); ok {
		return []device.Gap{{Reason: reason}}
	}
	return []device.Gap{{Reason: device.Interrupted}}
}
