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
	scan
	shelf     shelf
	wanted    []usb.Attached
	missing   []string         // UDIDs that were asked for and are not attached
	distrust  map[string]error // why a device that was asked for trust gave none, by UDID
	looking   chan struct{}    // holds whoever looks at backups: one at a time reads fastest
	snapshots []device.Snapshot
	found     []report.Device // what was found on each; nil if it awaits more
}

// collect reads the devices that were asked for, some at a time. It never fails: a fact
// that could not be read says why, and a device that is not attached is one without facts.
//
// What was found on each is made as soon as it is finished, unless more is to be heard of
// it; then found is nil.
func (sc scan) collect(ctx context.Context, attached []usb.Attached, sh shelf) (snapshots []device.Snapshot, found []report.Device) {
	wanted, missing := choose(attached, sc.udids)
	c := collection{
		scan: sc, shelf: sh, wanted: wanted, missing: missing,
		looking:   make(chan struct{}, 1),
		snapshots: make([]device.Snapshot, len(wanted)+len(missing)),
	}
	total := len(c.snapshots)
	if !sc.awaits() {
		c.found = make([]report.Device, total)
	}
	sc.herald.tell(report.Event{Type: report.RunStart, Devices: &total})
	for i, a := range wanted {
		c.tell(i, report.DeviceAttached, sc.labelled(a), report.Waiting)
	}
	if sc.pair {
		c.distrust = sc.askForTrust(ctx, wanted)
	}
	var again []int
	for i, failed := range c.first(ctx) {
		if failed {
			again = append(again, i)
		}
	}
	c.second(ctx, again)
	for n, udid := range missing {
		i := len(wanted) + n
		c.snapshots[i] = notAttached(udid)
		c.complete(ctx, i)
		c.finish(i)
	}
	return c.snapshots, c.found
}

// first examines every device once, and tells which are worth another try.
func (c *collection) first(ctx context.Context) []bool {
	failed := make([]bool, len(c.wanted))
	c.pool.each(len(c.wanted), func(i int) {
		c.visit(ctx, i, c.wanted[i], report.Reading)
		failed[i] = c.snapshots[i].Live.Ended.Reason.Transient() && ctx.Err() == nil
		if !failed[i] {
			c.finish(i)
		}
	})
	return failed
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
			before := c.snapshots[i]
			c.visit(ctx, i, attached[at], report.Retrying)
			if c.snapshots[i].Live.Ended.Reason != "" {
				c.snapshots[i] = before // it told at least as much
			}
			c.snapshots[i].Live.Retried = before.Live.Ended
		}
		c.finish(i)
	})
}

// visit reads one device, and completes it.
func (c *collection) visit(ctx context.Context, i int, a usb.Attached, state string) {
	s := &c.snapshots[i]
	c.tell(i, report.DeviceState, c.labelled(a), state)
	*s = c.door.Read(ctx, a, c.wants)
	explainDistrust(s, c.distrust[a.UDID])
	c.complete(ctx, i)
}

// complete adds to a device what is known of it elsewhere: its labels, what its model is
// called, the newest software for it, and its backups on this computer.
func (c *collection) complete(ctx context.Context, i int) {
	s := &c.snapshots[i]
	c.label(s)
	identify(s, c.table)
	if backups := c.shelf.of(s.Device.UDID); len(backups) > 0 {
		c.tell(i, report.DeviceState, *s, report.Verifying)
		c.looking <- struct{}{}
		for _, st := range backups {
			c.look.at(ctx, st)
		}
		c.look.line.show("")
		<-c.looking
	}
	c.shelf.join(s)
}

// finish tells what was found on a device of which nothing more will be read. Where
// somebody is still to be heard about it, that is told later, with the report.
func (c *collection) finish(i int) {
	if c.found == nil {
		c.tell(i, report.DeviceState, c.snapshots[i], report.Read)
		return
	}
	s := c.shown(i, c.snapshots[i])
	c.found[i] = report.NewDevice(c.examine(s))
	c.herald.tell(about(s, report.Event{Type: report.DeviceDone, Device: &c.found[i]}))
}

// tell names a device to those who listen, as the report will.
func (c *collection) tell(i int, what string, s device.Snapshot, state string) {
	c.herald.tell(about(c.shown(i, s), report.Event{Type: what, State: state}))
}

// about puts the names of a device into an event.
func about(s device.Snapshot, e report.Event) report.Event {
	e.UDID, e.Slot, e.Location = s.Device.UDID, s.Labels.Slot, report.Port(s.Labels.Location)
	e.Name, _ = s.Device.Name.Get() // "" until it is known
	return e
}

// labelled is a device of which nothing is known but where it is.
func (sc scan) labelled(a usb.Attached) device.Snapshot {
	s := device.Snapshot{Device: device.Identity{UDID: a.UDID}, Labels: device.Labels{Location: uint64(a.Location)}}
	sc.label(&s)
	return s
}

// shown is a snapshot as it may be shown: without its owner if the run is redacted. i is
// its place among the devices of the run.
func (sc scan) shown(i int, s device.Snapshot) device.Snapshot {
	if sc.redact {
		return device.Redact(s, i+1)
	}
	return s
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
