package usb

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// Limits on what usbmuxd may report, to bound memory.
const (
	maxAttached = 10_000 // devices; far more than the buses of one computer can carry
	maxUDID     = 64     // bytes; the longest UDIDs, of older devices, have 40
)

// attachments holds the device connections that usbmuxd has reported.
type attachments map[attachment]Attached

// An attachment identifies one connection to one device.
type attachment struct {
	udid       string // in the form of device.UDIDKey
	connection device.Connection
}

func (a Attached) attachment() attachment { return attachment{device.UDIDKey(a.UDID), a.Connection} }

// best returns the preferred connection to a device: USB if there is one.
func (all attachments) best(udid string) (Attached, bool) {
	for _, connection := range []device.Connection{device.USB, device.Network} {
		if a, ok := all[attachment{device.UDIDKey(udid), connection}]; ok {
			return a, true
		}
	}
	return Attached{}, false
}

// add records a connection and returns the resulting change.
//
// When a device is plugged in again, usbmuxd may report the new connection before the old one
// ends, or never report the end. Only the entry with the highest number is kept.
func (all attachments) add(a Attached) (Change, error) {
	known, ok := all[a.attachment()]
	switch {
	case ok && a.DeviceID <= known.DeviceID:
		return Change{}, nil
	case !ok && len(all) >= maxAttached:
		return Change{}, device.Oversized
	}
	before, _ := all.best(a.UDID)
	all[a.attachment()] = a
	if after, _ := all.best(a.UDID); after != before {
		return Change{Attached: after}, nil
	}
	return Change{}, nil
}

// remove records the end of a connection and returns the resulting change. A device that is still
// on Wi-Fi is not gone when its cable is unplugged.
func (all attachments) remove(id uint32) Change {
	gone, ok := all.numbered(id)
	if !ok {
		return Change{}
	}
	before, _ := all.best(gone.UDID)
	delete(all, gone.attachment())
	after, still := all.best(gone.UDID)
	switch {
	case !still:
		return Change{Attached: before, Gone: true}
	case after != before:
		return Change{Attached: after}
	default:
		return Change{}
	}
}

// numbered finds a connection by its usbmuxd number.
func (all attachments) numbered(id uint32) (Attached, bool) {
	for _, a := range all {
		if a.DeviceID == id {
			return a, true
		}
	}
	return Attached{}, false
}

// devices lists each device once, by its preferred connection: USB devices by port, then network
// devices, each sorted by UDID.
func (all attachments) devices() []Attached {
	var list []Attached
	for _, a := range all {
		if best, _ := all.best(a.UDID); a == best {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, compareAttached)
	return list
}

func compareAttached(a, b Attached) int {
	return cmp.Or(
		-cmp.Compare(a.Connection, b.Connection), // USB before Network
		cmp.Compare(a.Location, b.Location),
		cmp.Compare(a.UDID, b.UDID),
	)
}

// follow applies one attach or detach message and returns the resulting change; the zero Change
// means none. It returns errEntry for an entry that cannot be parsed, which affects nothing else.
// After any other error the set of attached devices is unknown.
func (all attachments) follow(message safeplist.Dict) (Change, error) {
	kind, err := message.Text("MessageType")
	if err != nil {
		if _, err := message.Dict("Properties"); err == nil {
			return Change{}, errEntry // only attach messages have properties
		}
		return Change{}, device.Malformed
	}
	switch kind {
	case "Result":
		return Change{}, result(message, "Listen")
	case "Attached":
		a, err := parseAttached(message)
		if err != nil {
			return Change{}, errEntry
		}
		return all.add(a)
	case "Detached":
		id, err := deviceID(message)
		if err != nil {
			return Change{}, device.Malformed
		}
		return all.remove(id), nil
	case "Paired":
		id, _ := deviceID(message) // 0 is never a device number
		if paired, ok := all.numbered(id); ok {
			if best, _ := all.best(paired.UDID); best == paired {
				return Change{Attached: paired, Paired: true}, nil
			}
		}
	}
	return Change{}, nil
}

// errEntry reports an attach message that cannot be parsed.
var errEntry = errors.New("usbmuxd announced a device that cannot be understood")

// parseAttached parses one device entry, including its connection type.
func parseAttached(message safeplist.Dict) (Attached, error) {
	properties, err := message.Dict("Properties")
	if err != nil {
		return Attached{}, device.Malformed
	}
	id, errID := deviceID(message)
	if errID != nil {
		id, errID = deviceID(properties)
	}
	udid, errUDID := properties.Text("SerialNumber")
	text, errConnection := properties.Text("ConnectionType")
	connection := device.Connection(text)
	if errors.Join(errID, errUDID, errConnection) != nil || !isUDID(udid) ||
		connection != device.USB && connection != device.Network {
		return Attached{}, device.Malformed
	}
	location, err := properties.Uint("LocationID")
	if err != nil {
		location = 0 // only used for the USB port
	}
	return Attached{UDID: udid, DeviceID: id, Location: uint32(location), Connection: connection}, nil
}

// deviceID returns the connection number, which is never 0.
func deviceID(message safeplist.Dict) (uint32, error) {
	id, err := message.Uint("DeviceID")
	if err == nil && (id == 0 || id > math.MaxUint32) {
		err = device.Implausible
	}
	if err != nil {
		return 0, err
	}
	return uint32(id), nil
}

// isUDID reports whether text consists of letters, digits and hyphens and has a valid length. If
// a device's descriptor could not be read, its UDID contains question marks.
func isUDID(text string) bool {
	return text != "" && len(text) <= maxUDID && strings.Trim(text, "-") != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}
