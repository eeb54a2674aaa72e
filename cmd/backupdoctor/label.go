package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/labels"
	"github.com/backupdoctor/backupdoctor/device/usb"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/urfave/cli/v2"
)

// labelling is what the bench and the inventory tell of devices.
type labelling struct {
	slots     labels.Slots
	inventory *labels.Inventory // nil without one
	usb       fs.FS             // the devices on USB as Linux shows them; nil elsewhere
}

const assetsVariable = "BACKUPDOCTOR_ASSETS"

func labelFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "assets", Category: deviceFlags, Usage: "label devices by the inventory in `FILE`: CSV, with a column UDID or Serial"},
	}
}

// labellingOf reads labelFlags, and the slots that were learned.
func (s surroundings) labellingOf(ctx *cli.Context) (labelling, error) {
	l := labelling{usb: usbDevices()}
	var err error
	if l.slots, err = s.slots(); err != nil {
		return l, err
	}
	path := cmp.Or(ctx.String("assets"), s.getenv(assetsVariable))
	if path == "" {
		return l, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return l, usageError("", "%w", err)
	}
	defer file.Close()
	inventory, err := labels.ReadInventory(file)
	if err != nil {
		return l, usageError("an inventory is a table as CSV, with heads, of which one is UDID or Serial", "%s: %w", path, err)
	}
	l.inventory = &inventory
	return l, nil
}

// linuxUSB is where Linux has a folder for every device on USB.
const linuxUSB = "/sys/bus/usb/devices"

var usbDevices = sync.OnceValue(func() fs.FS {
	if info, err := os.Stat(linuxUSB); err != nil || !info.IsDir() {
		return nil
	}
	return os.DirFS(linuxUSB)
})

// label adds to a device what is known of its place and its owner.
func (l labelling) label(s *device.Snapshot) {
	s.Labels.Port = labels.PortOf(s.Labels.Location, l.usb)
	s.Labels.Slot = l.slots.Name(s.Labels.Port)
	if l.inventory != nil {
		serial, _ := s.Device.Serial.Get() // "" if it is not known
		s.Labels.Asset = l.inventory.For(s.Device.UDID, serial)
	}
}

// bySlot sorts devices by the names of their places; those without one come last, in the
// order in which they were.
func (l labelling) bySlot(attached []usb.Attached) []usb.Attached {
	slot := func(a usb.Attached) string { return l.slots.Name(labels.PortOf(uint64(a.Location), l.usb)) }
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

// seen holds the devices of a run against the inventory; nil without one.
func (l labelling) seen(learned device.Recording) *report.Inventory {
	if l.inventory == nil {
		return nil
	}
	var devices []device.Identity
	for _, s := range learned.Snapshots {
		devices = append(devices, s.Device)
	}
	unseen := l.inventory.Unseen(devices)
	return &report.Inventory{Devices: l.inventory.Rows(), Missing: len(unseen), Unseen: append([]string{}, unseen...)}
}

const slotsVariable = "BACKUPDOCTOR_SLOTS"

// slotsPath is where the names of places are kept.
func (s surroundings) slotsPath() (string, error) {
	if path := s.getenv(slotsVariable); path != "" {
		return path, nil
	}
	folder, err := s.configDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, "backupdoctor", "slots.json"), nil
}

// slots are the names of places that were learned.
func (s surroundings) slots() (labels.Slots, error) {
	path, err := s.slotsPath()
	if err != nil {
		return labels.Slots{}, nil // no folder, hence no names
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return labels.Slots{}, nil
	}
	if err != nil {
		return labels.Slots{}, err
	}
	defer file.Close()
	slots, err := labels.ReadSlots(file)
	if err != nil {
		return slots, usageError("move the file away, and learn the slots anew: backupdoctor slots learn", "%s: %w", path, err)
	}
	return slots, nil
}

// keepSlots writes the names of places.
func (s surroundings) keepSlots(slots labels.Slots) error {
	path, err := s.slotsPath()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := replace(path, slots.Write); err != nil {
		return fmt.Errorf("the slots could not be kept: %w", err)
	}
	return nil
}

// relabel takes the labels of recorded devices from the inventory, if there is one. Their
// places were those of another time.
func (l labelling) relabel(snapshots []device.Snapshot) {
	if l.inventory == nil {
		return
	}
	for i := range snapshots {
		port, slot := snapshots[i].Labels.Port, snapshots[i].Labels.Slot
		l.label(&snapshots[i])
		snapshots[i].Labels.Port, snapshots[i].Labels.Slot = port, slot
	}
}
