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

// Labels label devices with slots and inventory entries.
type Labels struct {
	Slots     labels.Slots
	Inventory *labels.Inventory // nil without one
	USB       fs.FS             // sysfs view of USB devices; nil except on Linux
}

// LinuxUSB is the sysfs folder of USB devices.
const LinuxUSB = "/sys/bus/usb/devices"

// USBDevices returns the sysfs view of USB devices, or nil if there is none.
var USBDevices = sync.OnceValue(func() fs.FS {
	if info, err := os.Stat(LinuxUSB); err != nil || !info.IsDir() {
		return nil
	}
	return os.DirFS(LinuxUSB)
})

// label adds a device's slot and inventory entry.
func (l Labels) label(s *device.Snapshot) {
	s.Labels.Port = labels.PortOf(s.Labels.Location, l.USB)
	s.Labels.Slot = l.Slots.Name(s.Labels.Port)
	if l.Inventory != nil {
		serial, _ := s.Device.Serial.Get() // "" if unknown
		s.Labels.Asset = l.Inventory.For(s.Device.UDID, serial)
		s.Policy = l.Inventory.Expect(s.Policy, s.Device.UDID, serial)
	}
}

// labelled returns a snapshot with labels and no other facts.
func (l Labels) labelled(a usb.Attached) device.Snapshot {
	s := device.Snapshot{Device: device.Identity{UDID: a.UDID}, Labels: device.Labels{Location: uint64(a.Location)}}
	l.label(&s)
	return s
}

// relabel replaces the labels of recorded devices by those of the inventory, if there is one.
// Ports and slots are left alone: they belong to the time of the recording.
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

// bySlot sorts devices by slot name. Devices without a slot come last, in their original order.
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
