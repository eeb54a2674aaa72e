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

// An Examination says how attached devices are examined, for every source.
type Examination struct {
	Client     usb.Client
	Wants      usb.Wants
	Network    bool // also examine devices on the network
	Pool       workers.Options
	Pair       bool           // first ask untrusted devices to trust this computer
	Command    string         // name of the examining command: scan
	Locks      actlock.Folder // locks of commands that act on devices; "" for none
	Labels     Labels
	Table      releases.Table
	Places     []backup.Place // where to search for backups; nil for nowhere
	Inspection Inspection     // how to inspect those backups
	Screen     *terminal.Screen
}

// A visitor examines attached devices for a run, several at once.
type visitor struct {
	Examination
	run        *Run
	inspecting sync.Mutex // backups are inspected one at a time, which reads them fastest
}

// read reads one device, and records which command acted on it in the meantime.
func (e Examination) read(ctx context.Context, client usb.Client, a usb.Attached) device.Snapshot {
	s := client.Read(ctx, a, e.Wants)
	s.InUse = e.Use(a.UDID)
	return s
}

// Use returns the command that is acting on a device, or nil.
func (e Examination) Use(udid string) *device.InUse {
	if e.Locks == "" {
		return nil
	}
	holder, held := e.Locks.Holder(udid)
	if !held {
		return nil
	}
	return &device.InUse{Command: cmp.Or(holder.Command, "another command"), Since: holder.Since}
}

// complete adds what is known about a device from elsewhere: its labels, its model's name, its
// newest software, and its backups on this computer.
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

// identify adds what the release table knows about a device's model and software.
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

// better returns the snapshot to keep of a device that was examined twice: the second, unless
// it was interrupted too, since the first then has at least as much. The result records the
// first try.
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

// chosen reports whether a device was asked for; an empty list selects all.
func chosen(udid string, udids []string) bool {
	return len(udids) == 0 || slices.ContainsFunc(udids, func(other string) bool { return device.SameUDID(other, udid) })
}

// leftOutOf returns those left-out devices that were asked for.
func leftOutOf(left []device.LeftOut, udids []string) []device.LeftOut {
	return slices.DeleteFunc(left, func(l device.LeftOut) bool { return !chosen(l.UDID, udids) })
}

// Choose returns the devices with the given UDIDs, or all if none is given, and the UDIDs that
// are not attached.
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

// notAttached returns the snapshot of a requested device that is not attached.
func notAttached(udid string) device.Snapshot {
	return device.Snapshot{
		TakenAt: time.Now().UTC(),
		Device:  device.Identity{UDID: udid},
		Live:    &device.Live{Trusted: device.Unknown[bool](device.NotAttached), Ended: device.Gap{Reason: device.NotAttached}},
	}
}

// leftOut separates the devices that are on the network only, unless those are examined too.
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

// Greet reads what each attached device reports to any computer; a left-out device is listed
// without it. Its errors are those of a scan that found nothing.
func (e Examination) Greet(ctx context.Context) (device.Recording, error) {
	found, err := e.Client.Discover(ctx, func(usb.Change) {})
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
			snapshots[i] = e.Client.Greet(ctx, a)
		}
		snapshots[i].InUse = e.Use(attached[i].UDID)
		e.Labels.label(&snapshots[i])
		identify(&snapshots[i], e.Table)
		return snapshots[i].Live.Ended.Reason
	})
	if ctx.Err() != nil {
		return device.Recording{}, interrupted()
	}
	return device.Recording{Snapshots: snapshots, LeftOut: left, Gaps: gaps}, nil
}
