package sim

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device/sim/mobilebackup"
)

// dict is a property list dictionary as it goes over the wire.
type dict = map[string]any

// A Device is what one iPhone or iPad answers. It is read-only once it is in a Tray.
type Device struct {
	Name          string        // of its folder: storage-low
	Note          string        // what it has, in one line
	RecordedAt    time.Time     // when its values were true
	ClockSkew     time.Duration // how far its clock runs ahead of the tray's
	Connections   []string      // usbmux entries: "USB", "Network", or both
	LocationID    uint32        // USB port; entries over USB only
	Latency       time.Duration // of each round trip to it
	Faults        []Fault
	MuxEntry      map[string]any // changes to what the mux says of it, beside Properties; nil takes a key away
	MuxProperties map[string]any // the same within Properties
	Log           []LogStep      // what happens once its log is followed

	Backup *mobilebackup.Agent // answers com.apple.mobilebackup2; nil is one with a few files, made when the device is attached

	Archives      map[string][]byte // sysdiagnose archives, by file name
	ArchivesAfter int               // connections to the crash reports until the archives are complete; before, the device gathers them

	values     map[string]dict // lockdown, by domain; "" is the root
	registry   map[string]dict // IORegistry entries, by name
	management map[string]dict // MCInstall replies, by RequestType
	crashes    []string        // paths below the crash report folder
	apps       []dict          // installation_proxy

	members map[string][]byte // files of a sysdiagnose, by path
}

// UDID is the identifier that usbmux and lockdown give.
func (d *Device) UDID() string {
	udid, _ := d.values[""]["UniqueDeviceID"].(string)
	return udid
}

// Set gives a lockdown value to a device that is not yet in a Tray; nil takes the value away.
// "" is the root.
func (d *Device) Set(domain, key string, value any) {
	d.values = maps.Clone(d.values)
	d.values[domain] = changed(d.values[domain], key, value)
}

// ReplaceEntry gives an entry of the IORegistry to a device that is not yet in a Tray; nil takes
// it away.
func (d *Device) ReplaceEntry(name string, properties map[string]any) {
	d.registry = maps.Clone(d.registry)
	d.registry[name] = properties
	if properties == nil {
		delete(d.registry, name)
	}
}

// changed is a dictionary with another value for one key.
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

// Clone is another device that answers the same, but for its name and identifiers,
// which end in n. It fills trays; n is from 0 to 9,999.
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
