package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// namedOf is the number of devices that a note names.
const namedOf = 12

// inventoryNotes returns how many devices of an inventory were seen, and which devices it does
// not list. Each note names the first few.
func inventoryNotes(r report.Report) []string {
	i := r.Inventory
	if i == nil {
		return nil
	}
	seen := fmt.Sprintf("%d of %d devices of the inventory were seen", i.Devices-i.Missing, i.Devices)
	if names := absent(*i); len(names) > 0 {
		seen += "; not seen: " + first(names)
	}
	notes := []string{seen + "."}
	switch i.Unlisted {
	case 0:
		return notes
	case 1:
		notes = append(notes, "1 device is not in the inventory")
	default:
		notes = append(notes, words.Count(i.Unlisted, "device")+" are not in the inventory")
	}
	if names := convert(i.UnlistedDevices, nameOf); len(names) > 0 {
		notes[1] += ": " + first(names)
	}
	notes[1] += "."
	return notes
}

// first lists the first names and counts the rest.
func first(names []string) string {
	text := strings.Join(names[:min(namedOf, len(names))], ", ")
	if more := len(names) - namedOf; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// absent returns the devices of an inventory that were not seen, each with its row.
func absent(i report.Inventory) []string {
	var names []string
	for n, key := range i.Unseen {
		name := device.Label(key)
		if values := assetText(assetsAt(i, n)); values != "" {
			name += " (" + values + ")"
		}
		names = append(names, name)
	}
	return names
}

// assetsAt returns the row of the n-th device that was not seen, or nil if the report has none.
func assetsAt(i report.Inventory, n int) []report.Field {
	if n >= len(i.UnseenAssets) {
		return nil
	}
	return i.UnseenAssets[n]
}

func assetText(fields []report.Field) string {
	var known []string
	for _, f := range fields {
		if f.Value != "" {
			known = append(known, device.Label(f.Name)+": "+device.Label(f.Value))
		}
	}
	return strings.Join(known, ", ")
}

// nameOf returns the name of a device.
func nameOf(d report.Named) string {
	if d.Name == "" {
		return device.Label(d.UDID)
	}
	return device.Quoted(d.Name) + " (" + device.Label(d.UDID) + ")"
}

// The values of the inventory column in machine formats.
const (
	isListed   = "listed"
	isUnlisted = "unlisted"
	isUnseen   = "not-seen"
)

// placeInInventory returns "" if unknown.
func placeInInventory(r *report.Report, d *report.Device) string {
	switch {
	case slices.ContainsFunc(r.Inventory.UnlistedDevices, func(other report.Named) bool { return other.UDID == d.UDID }):
		return isUnlisted
	case d.Asset != nil:
		return isListed
	}
	return ""
}

// absentDevices returns the inventory devices that were not seen, as table rows. A row's key is
// a UDID or a serial number.
func absentDevices(r report.Report) []report.Device {
	if r.Inventory == nil {
		return nil
	}
	var devices []report.Device
	for n, key := range r.Inventory.Unseen {
		d := report.Device{Serial: key, Asset: assetsAt(*r.Inventory, n)}
		if len(device.UDIDKey(key)) >= shortestUDID {
			d.UDID, d.Serial = key, ""
		}
		devices = append(devices, d)
	}
	return devices
}

// shortestUDID is the length of the shorter UDID format without its hyphen; serial numbers are
// always shorter.
const shortestUDID = 24
