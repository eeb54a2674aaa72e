package main

import (
	"context"
	"errors"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// A collection is the devices of a run on their way from the cable to the report.
type collection struct {
	visitor
	shelf     shelf
	wanted    []usb.Attached
	distrust  map[string]error // why a device that was asked for trust gave none, by UDID
	snapshots []device.Snapshot
	found     []report.Device // what was found on each; nil if it awaits more
}

// collect reads the devices that were asked for, some at a time. It never fails: a fact
// that could not be read says why, and a device that is not attached is one without facts.
//
// What was found on each is made as soon as it is finished, unless more is to be heard of
// it; then found is nil.
func (sc scan) collect(ctx context.Context, attached []usb.Attached, sh shelf) (snapshots []device.Snapshot, found []report.Device) {
	wanted, missing := choose(sc.bySlot(sc.undone(attached)), sc.udids)
	total := len(wanted) + len(missing)
	c := collection{visitor: sc.visitor(), shelf: sh, wanted: wanted, snapshots: make([]device.Snapshot, total)}
	if !sc.awaits() {
		c.found = make([]report.Device, total)
	}
	sc.herald.tell(report.Event{Type: report.RunStart, Total: &total})
	for i, a := range wanted {
		c.tell(i, report.DeviceAttached, sc.labelled(a), report.Waiting)
	}
	if sc.pair {
		c.distrust = sc.askForTrust(ctx, wanted)
	}
	c.second(ctx, c.first(ctx))
	for n, udid := range missing {
		i := len(wanted) + n
		c.snapshots[i] = notAttached(udid)
		c.complete(ctx, i, &c.snapshots[i], sh)
		c.finish(i)
	}
	return c.snapshots, c.found
}

// first examines every device once, and returns those that are worth another try.
func (c *collection) first(ctx context.Context) (again []int) {
	failed := make([]bool, len(c.wanted))
	c.pool.each(len(c.wanted), func(i int) {
		c.snapshots[i] = c.visit(ctx, i, c.wanted[i], report.Reading, c.shelf)
		explainDistrust(&c.snapshots[i], c.distrust[c.wanted[i].UDID])
		failed[i] = c.snapshots[i].Live.Ended.Reason.Transient() && ctx.Err() == nil
		if !failed[i] {
			c.finish(i)
		}
	})
	for i := range failed {
		if failed[i] {
			again = append(again, i)
		}
	}
	return again
}

// second examines the devices once more that failed for a reason that may pass, a few at a
// time: most of them suffered from a hub with too much to do. A device that was plugged in
// anew meanwhile has another number, so they are looked for again.
func (c *collection) second(ctx context.Context, again []int) {
	if len(again) == 0 {
		return
	}
	attached, err := c.door.Find(ctx)
	if err != nil {
		attached = nil
	}
	fewer := c.pool
	fewer.jobs = max(1, c.pool.jobs/4)
	fewer.each(len(again), func(n int) {
		i := again[n]
		at := slices.IndexFunc(attached, func(a usb.Attached) bool { return a.UDID == c.wanted[i].UDID })
		if at >= 0 && ctx.Err() == nil {
			c.snapshots[i] = better(c.snapshots[i], c.visit(ctx, i, attached[at], report.Retrying, c.shelf))
		}
		c.finish(i)
	})
}

// finish tells what was found on a device of which nothing more will be read. Where
// somebody is still to be heard about it, that is told later, with the report.
func (c *collection) finish(i int) {
	if c.found == nil {
		c.tell(i, report.DeviceState, c.snapshots[i], report.AllRead)
		return
	}
	c.found[i] = c.judge(i, c.snapshots[i])
}

// awaits is true if more is to be heard of the devices once all have been read.
func (sc scan) awaits() bool {
	return sc.patient || sc.others.any() || len(sc.archives) > 0
}

// stopped is the gap of a run that ended before its time.
func stopped(ctx context.Context) []device.Gap {
	if ctx.Err() == nil {
		return nil
	}
	if reason, ok := errors.AsType[device.Reason](context.Cause(ctx)); ok {
		return []device.Gap{{Reason: reason}}
	}
	return []device.Gap{{Reason: device.Interrupted}}
}
