package scan

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/workers"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/actlock"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// An Examination says how attached devices are examined, whichever source they come from.
type Examination struct {
	Door       usb.Door
	Wants      usb.Wants
	Network    bool // examine devices on the network too
	Pool       workers.Options
	Pair       bool           // ask untrusted devices for trust first
	Command    string         // that examines them: scan
	Locks      actlock.Folder // of commands that act on devices; "" for none
	Labels     Labels
	Table      releases.Table
	Places     []backup.Place // where to look for backups; nil is nowhere
	Inspection Inspection     // of those backups
	Screen     *terminal.Screen
}

// A visitor examines attached devices for a run, several at once.
type visitor struct {
	Examination
	run        *Run
	inspecting sync.Mutex // backups are inspected one at a time: so they are read fastest
}

// read reads one device, and sees which command acts on it meanwhile.
func (e Examination) read(ctx context.Context, door usb.Door, a usb.Attached) device.Snapshot {
	s := door.Read(ctx, a, e.Wants)
	s.InUse = e.inUse(a.UDID)
	return s
}

// inUse is the command that acts on a device; nil if none does.
func (e Examination) inUse(udid string) *device.InUse {
	if e.Locks == "" {
		return nil
	}
	holder, held := e.Locks.Holder(udid)
	if !held {
		return nil
	}
	return &device.InUse{Command: cmp.Or(holder.Command, "another command"), Since: holder.Since}
}

// complete adds to a device what is known of it elsewhere: its labels, what its model is
// called, the newest software for it, and its backups on this computer.
func (v *visitor) complete(ctx context.Context, number int, s *device.Snapshot, set BackupSet) {
	v.Labels.label(s)
	identify(s, v.Table)
	if backups := set.of(s.Device.UDID); len(backups) > 0 {
		v.run.Tell(number, report.DeviceState, *s, report.Verifying)
		v.inspecting.Lock()
		for _, st := range backups {
			v.Inspection.one(ctx, st)
		}
		v.inspecting.Unlock()
	}
	set.join(s)
}

// identify adds to a device what this program knows of its model and its software.
func identify(s *device.Snapshot, table releases.Table) {
	s.Host = device.Host{OS: runtime.GOOS, Tool: command.Version()}
	s.Newest = table.Newest(s.Device)
	productType, err := s.Device.ProductType.Get()
	if err != nil {
		s.Device.ModelName = device.Unknown[string](err)
		return
	}
	s.Device.ModelName = table.ModelName(productType)
}

// better is the snapshot to keep of a device that was examined twice: the second, unless
// that broke off too, for the first told at least as much. Either remembers the first try.
func better(first, second device.Snapshot) device.Snapshot {
	kept := second
	if second.Live.Ended.Reason != "" {
		kept = first
	}
	live := *kept.Live
	live.Retried = first.Live.Ended
	kept.Live = &live
	return kept
}

// chosen reports whether a device is one of those that were asked for; none named is all.
func chosen(udid string, udids []string) bool {
	return len(udids) == 0 || slices.ContainsFunc(udids, func(other string) bool { return device.SameUDID(other, udid) })
}

// leftOutOf keeps of the devices that are left out those that were asked for.
func leftOutOf(left []device.LeftOut, udids []string) []device.LeftOut {
	return slices.DeleteFunc(left, func(l device.LeftOut) bool { return !chosen(l.UDID, udids) })
}

// Choose keeps the devices with the UDIDs given, all of them if none is, and returns the
// UDIDs that no device has.
func Choose(attached []usb.Attached, udids []string) (wanted []usb.Attached, missing []string) {
	if len(udids) == 0 {
		return attached, nil
	}
	for _, a := range attached {
		if chosen(a.UDID, udids) {
			wanted = append(wanted, a)
		}
	}
	for _, udid := range udids {
		if !slices.ContainsFunc(wanted, func(a usb.Attached) bool { return device.SameUDID(udid, a.UDID) }) {
			missing = append(missing, udid)
		}
	}
	return wanted, missing
}

// notAttached is a device that was asked for and is not there.
func notAttached(udid string) device.Snapshot {
	return device.Snapshot{
		TakenAt: time.Now().UTC(),
		Device:  device.Identity{UDID: udid},
		Live:    &device.Live{Trusted: device.Unknown[bool](device.NotAttached), Ended: device.Gap{Reason: device.NotAttached}},
	}
}

// leftOut are the devices that are on the network only, unless those are examined too.
func (e Examination) leftOut(attached []usb.Attached) (kept []usb.Attached, left []device.LeftOut) {
	for _, a := range attached {
		if a.Connection == device.Network && !e.Network {
			left = append(left, device.LeftOut{UDID: a.UDID, Connection: a.Connection})
		} else {
			kept = append(kept, a)
		}
	}
	return kept, left
}

// Greet reads of each attached device what it tells everybody; one that is left out is listed
// without that. Its errors are those with which a scan of nothing ends.
func (e Examination) Greet(ctx context.Context) (device.Recording, error) {
	found, err := e.Door.Discover(ctx, func(usb.Change) {})
	if ctx.Err() != nil {
		return device.Recording{}, interrupted()
	}
	gaps := found.Gaps()
	if err != nil {
		gaps = append(gaps, device.GapOf(err))
	}
	if len(found.Devices) == 0 {
		return device.Recording{}, Ending(report.New(report.Run{Gaps: gaps}), runtime.GOOS)
	}
	attached := e.Labels.bySlot(found.Devices)
	_, left := e.leftOut(attached)
	snapshots := make([]device.Snapshot, len(attached))
	workers.Start(e.Pool).Each(len(attached), func(i int) device.Reason {
		if a := attached[i]; a.Connection == device.Network && !e.Network {
			snapshots[i] = e.Labels.labelled(a)
			snapshots[i].TakenAt = time.Now().UTC()
			snapshots[i].Live = &device.Live{Connection: a.Connection}
		} else {
			snapshots[i] = e.Door.Greet(ctx, a)
		}
		snapshots[i].InUse = e.inUse(attached[i].UDID)
		e.Labels.label(&snapshots[i])
		identify(&snapshots[i], e.Table)
		return snapshots[i].Live.Ended.Reason
	})
	if ctx.Err() != nil {
		return device.Recording{}, interrupted()
	}
	return device.Recording{Snapshots: snapshots, LeftOut: left, Gaps: gaps}, nil
}
