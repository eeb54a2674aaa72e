package sim

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// dict is a property list dictionary in wire form.
type dict = map[string]any

// A Device holds the responses of one iPhone or iPad. It is read-only once it is in a Tray.
type Device struct {
	Name          string        // name of its folder: storage-low
	Note          string        // one-line description
	RecordedAt    time.Time     // when its values were recorded
	ClockSkew     time.Duration // how far its clock is ahead of the tray's
	Connections   []string      // usbmux entries: "USB", "Network", or both
	LocationID    uint32        // USB port; only in USB entries
	Latency       time.Duration // of each round trip
	Away          time.Duration // how long it is away while it restarts; 0 means 1 s
	Faults        []Fault
	MuxEntry      map[string]any // changes to the device's usbmux entry, outside Properties; nil removes a key
	MuxProperties map[string]any // the same within Properties
	Log           []LogStep      // events once its log is being followed
	Person        Person         // what a person does with it

	Backup *mobilebackup.Agent // serves com.apple.mobilebackup2; if nil, one with a few files is created when the device is attached

	Archives      map[string][]byte // sysdiagnose archives, by file name
	ArchivesAfter int               // connections to the crash reports before the archives are complete; until then the device is gathering them

	values     map[string]dict // lockdown values, by domain; "" is the root
	registry   map[string]dict // IORegistry entries, by name
	management map[string]dict // MCInstall replies, by RequestType
	crashes    []string        // paths relative to the crash report folder
	apps       []dict          // installation_proxy

	members map[string][]byte // sysdiagnose files, by path
}

// UDID returns the identifier reported by usbmux and lockdown.
func (d *Device) UDID() string {
	udid, _ := d.values[""]["UniqueDeviceID"].(string)
	return udid
}

// Set sets a lockdown value of a device that is not yet in a Tray; nil removes it. The domain ""
// is the root.
func (d *Device) Set(domain, key string, value any) {
	d.values = maps.Clone(d.values)
	d.values[domain] = changed(d.values[domain], key, value)
}

// ReplaceEntry replaces an IORegistry entry of a device that is not yet in a Tray; nil removes
// it.
func (d *Device) ReplaceEntry(name string, properties map[string]any) {
	d.registry = maps.Clone(d.registry)
	d.registry[name] = properties
	if properties == nil {
		delete(d.registry, name)
	}
}

// changed returns a copy of a dictionary with one key changed.
func changed(values dict, key string, value any) dict {
	values = maps.Clone(values)
	if values == nil {
		values = dict{}
	}
	values[key] = value
	if value == nil {
		delete(values, key)
	}
	return values
}

// Clone returns a device with the same responses but a different name and identifiers, which end
// in n. It is meant for filling trays; n is from 0 to 9,999.
func (d *Device) Clone(n int) *Device {
	digits := fmt.Sprintf("%04d", n)
	root := maps.Clone(d.values[""])
	for _, key := range []string{"UniqueDeviceID", "SerialNumber"} {
		if text, ok := root[key].(string); ok {
			root[key] = text[:max(0, len(text)-len(digits))] + digits
		}
	}
	if name, ok := root["DeviceName"].(string); ok {
		root["DeviceName"] = fmt.Sprintf("%s %d", name, n)
	}
	clone := *d
	clone.Connections = slices.Clone(d.Connections)
	clone.Faults = slices.Clone(d.Faults)
	clone.LocationID += uint32(n)
	clone.values = maps.Clone(d.values)
	clone.values[""] = root
	if d.Backup != nil {
		clone.Backup = d.Backup.Clone()
	}
	return &clone
}
