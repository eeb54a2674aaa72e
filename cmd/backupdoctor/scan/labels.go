package scan

import (
	"cmp"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/device/usb"
)

// Labels are what the bench and the inventory tell of devices.
type Labels struct {
	Slots     labels.Slots
	Inventory *labels.Inventory // nil without one
	USB       fs.FS             // the devices on USB as Linux shows them; nil elsewhere
}

// LinuxUSB is where Linux has a folder for every device on USB.
const LinuxUSB = "/sys/bus/usb/devices"

// USBDevices are the devices on USB as Linux shows them; nil elsewhere.
var USBDevices = sync.OnceValue(func() fs.FS {
	if info, err := os.Stat(LinuxUSB); err != nil || !info.IsDir() {
		return nil
	}
	return os.DirFS(LinuxUSB)
})

// label adds to a device what is known of its place and its owner.
func (l Labels) label(s *device.Snapshot) {
	s.Labels.Port = labels.PortOf(s.Labels.Location, l.USB)
	s.Labels.Slot = l.Slots.Name(s.Labels.Port)
	if l.Inventory != nil {
		serial, _ := s.Device.Serial.Get() // "" if it is not known
		s.Labels.Asset = l.Inventory.For(s.Device.UDID, serial)
		s.Policy = l.Inventory.Expect(s.Policy, s.Device.UDID, serial)
	}
}

// labelled is a device of which nothing is known but where it is.
func (l Labels) labelled(a usb.Attached) device.Snapshot {
	s := device.Snapshot{Device: device.Identity{UDID: a.UDID}, Labels: device.Labels{Location: uint64(a.Location)}}
	l.label(&s)
	return s
}

// relabel takes the labels of recorded devices from the inventory, if there is one. Their
// places were those of another time.
func (l Labels) relabel(snapshots []device.Snapshot) {
	if l.Inventory == nil {
		return
	}
	for i := range snapshots {
		port, slot := snapshots[i].Labels.Port, snapshots[i].Labels.Slot
		l.label(&snapshots[i])
		snapshots[i].Labels.Port, snapshots[i].Labels.Slot = port, slot
	}
}

// bySlot sorts devices by the names of their places; those without one come last, in the
// order in which they were.
func (l Labels) bySlot(attached []usb.Attached) []usb.Attached {
	slot := func(a usb.Attached) string { return l.Slots.Name(labels.PortOf(uint64(a.Location), l.USB)) }
	sorted := slices.Clone(attached)
	slices.SortStableFunc(sorted, func(a, b usb.Attached) int {
		slotA, slotB := slot(a), slot(b)
		if slotA == "" || slotB == "" {
			return cmp.Compare(len(slotB), len(slotA))
		}
		return labels.Natural(slotA, slotB)
	})
	return sorted
}
