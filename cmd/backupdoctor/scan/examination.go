package scan

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/terminal"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup"
	"github.com/backupdoctor/backupdoctor/device/releases"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// An Examination says how attached devices are examined, whichever source they come from.
type Examination struct {
	Door       usb.Door
	Wants      usb.Wants
	Pool       Pool
	Pair       bool // ask untrusted devices for trust first
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

// visit reads one device and completes it. number is its place among the devices of the run.
func (v *visitor) visit(ctx context.Context, number int, a usb.Attached, state string, set BackupSet) device.Snapshot {
	v.run.Tell(number, report.DeviceState, v.Labels.labelled(a), state)
	s := v.Door.Read(ctx, a, v.Wants)
	v.complete(ctx, number, &s, set)
	return s
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

// Choose keeps the devices with the UDIDs given, all of them if none is, and returns the
// UDIDs that no device has.
func Choose(attached []usb.Attached, udids []string) (wanted []usb.Attached, missing []string) {
	if len(udids) == 0 {
		return attached, nil
	}
	for _, a := range attached {
		if slices.ContainsFunc(udids, func(udid string) bool { return device.SameUDID(udid, a.UDID) }) {
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

// Greet reads of each attached device what it tells everybody. Its errors are those with which
// a scan of nothing ends.
func (e Examination) Greet(ctx context.Context) ([]device.Snapshot, error) {
	attached, err := e.Door.Find(ctx)
	attached = e.Labels.bySlot(attached)
	if err != nil {
		return nil, Ending(report.New(report.Run{Gaps: []device.Gap{device.GapOf(err)}}), runtime.GOOS)
	}
	if len(attached) == 0 {
		return nil, Ending(report.New(report.Run{}), runtime.GOOS)
	}
	snapshots := make([]device.Snapshot, len(attached))
	e.Pool.each(len(attached), func(i int) {
		snapshots[i] = e.Door.Greet(ctx, attached[i])
		e.Labels.label(&snapshots[i])
		identify(&snapshots[i], e.Table)
	})
	if ctx.Err() != nil {
		return nil, interrupted()
	}
	return snapshots, nil
}
