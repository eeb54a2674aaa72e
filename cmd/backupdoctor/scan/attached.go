package scan

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/history"
)

// Attached examines the devices that are attached now. It never fails: a fact that could not be
// read says why, and a device that is not attached is one without facts. A door that does not
// open is a gap in the report.
type Attached struct {
	Examination
	UDIDs    []string            // the devices to examine; none means all
	Resumed  *history.Resumption // devices of an earlier run that are not examined again; nil for none
	Limit    time.Duration       // for the examination of all; 0 for as long as it needs
	Archives Archives            // sysdiagnose archives to read too
	More     []More              // what else is learned about devices that have been read
}

// Learn implements [Source].
func (a Attached) Learn(ctx context.Context, run *Run) (Learned, error) {
	archives, err := a.Archives.read(ctx, a.Screen)
	if err != nil {
		return Learned{}, err
	}
	reading, stop := limited(ctx, a.Limit)
	defer stop()
	owners := ownersOf(archives)
	attached, set, gaps := a.find(reading, a.UDIDs, owners)
	wanted, missing := Choose(a.Labels.bySlot(a.unfinished(attached)), a.UDIDs)
	c := a.collection(run, wanted, missing, set)
	if len(archives)+len(a.More) == 0 {
		c.done = run.Done
		c.collect(reading)
		return Learned{Recording: run.Recording(append(gaps, stopped(reading)...)...), Places: set.reported()}, nil
	}
	c.done = func(number int, s device.Snapshot) { run.Tell(number, report.DeviceState, s, report.AllRead) }
	c.collect(reading)
	a.Inspection.all(reading, set) // those of the owners of archives
	snapshots := withArchives(c.snapshots, archives, set, a.Table)
	gaps = append(gaps, stopped(reading)...)
	more(ctx, a.More, snapshots)
	for number, s := range snapshots {
		run.Done(number, s)
	}
	return Learned{Recording: run.Recording(gaps...), Places: set.reported()}, nil
}

// find finds the attached devices, and the backups on this computer of those that are wanted and
// of the owners of archives.
func (e Examination) find(ctx context.Context, udids, owners []string) ([]usb.Attached, BackupSet, []device.Gap) {
	attached, err := e.Door.Find(ctx)
	if err != nil {
		return nil, BackupSet{}, []device.Gap{device.GapOf(err)}
	}
	set := FindBackups(e.Places)
	wanted, missing := Choose(attached, udids)
	known := slices.Concat(missing, owners)
	for _, a := range wanted {
		known = append(known, a.UDID)
	}
	set.Keep(func(st StoredBackup) bool { return st.IsOfOne(known) })
	return attached, set, nil
}

// unfinished leaves out the devices that a resumed run has examined before.
func (a Attached) unfinished(attached []usb.Attached) []usb.Attached {
	if a.Resumed == nil {
		return attached
	}
	return slices.DeleteFunc(slices.Clone(attached), func(one usb.Attached) bool {
		return slices.ContainsFunc(a.Resumed.Done, func(d report.Device) bool { return device.SameUDID(d.UDID, one.UDID) })
	})
}

// A collection is the devices of a run on their way from the cable to the judge.
type collection struct {
	visitor
	set       BackupSet
	wanted    []usb.Attached
	missing   []string
	distrust  map[string]error // why a device that was asked for trust gave none, by UDID
	snapshots []device.Snapshot
	done      func(number int, s device.Snapshot) // takes a device once it will not be read any more
}

func (e Examination) collection(run *Run, wanted []usb.Attached, missing []string, set BackupSet) *collection {
	return &collection{
		visitor: visitor{Examination: e, run: run}, set: set, wanted: wanted, missing: missing,
		snapshots: make([]device.Snapshot, len(wanted)+len(missing)),
	}
}

// collect reads the devices, some at a time.
func (c *collection) collect(ctx context.Context) {
	c.run.Start(len(c.snapshots))
	for i, a := range c.wanted {
		c.run.Tell(i, report.DeviceAttached, c.Labels.labelled(a), report.Waiting)
	}
	if c.Pair {
		c.distrust = c.askForTrust(ctx, c.wanted)
	}
	c.second(ctx, c.first(ctx))
	for n, udid := range c.missing {
		i := len(c.wanted) + n
		c.snapshots[i] = notAttached(udid)
		c.complete(ctx, i, &c.snapshots[i], c.set)
		c.done(i, c.snapshots[i])
	}
}

// first examines every device once, and returns those that are worth another try.
func (c *collection) first(ctx context.Context) (again []int) {
	failed := make([]bool, len(c.wanted))
	c.Pool.each(len(c.wanted), func(i int) {
		c.snapshots[i] = c.visit(ctx, i, c.wanted[i], report.Reading, c.set)
		explainDistrust(&c.snapshots[i], c.distrust[c.wanted[i].UDID])
		failed[i] = c.snapshots[i].Live.Ended.Reason.Transient() && ctx.Err() == nil
		if !failed[i] {
			c.done(i, c.snapshots[i])
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
// again meanwhile has another number, so they are looked for again.
func (c *collection) second(ctx context.Context, again []int) {
	if len(again) == 0 {
		return
	}
	attached, err := c.Door.Find(ctx)
	if err != nil {
		attached = nil
	}
	fewer := c.Pool
	fewer.jobs = max(1, c.Pool.jobs/4)
	fewer.each(len(again), func(n int) {
		i := again[n]
		at := slices.IndexFunc(attached, func(a usb.Attached) bool { return device.SameUDID(a.UDID, c.wanted[i].UDID) })
		if at >= 0 && ctx.Err() == nil {
			again := c.visit(ctx, i, attached[at], report.Retrying, c.set)
			explainDistrust(&again, c.distrust[c.wanted[i].UDID])
			c.snapshots[i] = better(c.snapshots[i], again)
		}
		c.done(i, c.snapshots[i])
	})
}

// limited is a context that ends after a time; 0 is no limit.
func limited(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, limit, device.OutOfTime)
}

// stopped is the gap of a run that was stopped before its end.
func stopped(ctx context.Context) []device.Gap {
	if ctx.Err() == nil {
		return nil
	}
	if reason, ok := errors.AsType[device.Reason](context.Cause(ctx)); ok {
		return []device.Gap{{Reason: reason}}
	}
	return []device.Gap{{Reason: device.Interrupted}}
}
