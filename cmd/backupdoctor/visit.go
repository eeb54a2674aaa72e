package main

import (
	"context"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
)

// A visitor examines attached devices, several at once.
type visitor struct {
	scan
	looking chan struct{} // holds whoever looks at backups: one at a time reads fastest
}

func (sc scan) visitor() visitor { return visitor{scan: sc, looking: make(chan struct{}, 1)} }

// visit reads one device, and completes it. i is its place among the devices of the run.
func (v visitor) visit(ctx context.Context, i int, a usb.Attached, state string, sh shelf) device.Snapshot {
	v.tell(i, report.DeviceState, v.labelled(a), state)
	s := v.door.Read(ctx, a, v.wants)
	v.complete(ctx, i, &s, sh)
	return s
}

// complete adds to a device what is known of it elsewhere: its labels, what its model is
// called, the newest software for it, and its backups on this computer.
func (v visitor) complete(ctx context.Context, i int, s *device.Snapshot, sh shelf) {
	v.label(s)
	identify(s, v.table)
	if backups := sh.of(s.Device.UDID); len(backups) > 0 {
		v.tell(i, report.DeviceState, *s, report.Verifying)
		v.looking <- struct{}{}
		for _, st := range backups {
			v.look.at(ctx, st)
		}
		v.look.line.show("")
		<-v.looking
	}
	sh.join(s)
}

// judge makes what the report says of a finished device, and tells it.
func (v visitor) judge(i int, s device.Snapshot) report.Device {
	shown := v.shown(i, s)
	found := report.NewDevice(v.examine(s, shown))
	if v.letters != nil {
		v.letters.write(s, v.examine)
	}
	v.herald.tell(about(shown, report.Event{Type: report.DeviceDone, Device: &found}))
	return found
}

// tell names a device to those who listen, as the report will.
func (v visitor) tell(i int, what string, s device.Snapshot, state string) {
	v.herald.tell(about(v.shown(i, s), report.Event{Type: what, State: state}))
}

// about puts the names of a device into an event.
func about(s device.Snapshot, e report.Event) report.Event {
	e.UDID, e.Slot, e.Location = s.Device.UDID, s.Labels.Slot, report.LocationOf(s.Labels)
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
