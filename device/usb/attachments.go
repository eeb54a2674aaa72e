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

// Bounds of what usbmuxd may tell, so that memory has them, too.
const (
	maxAttached = 10_000 // devices, many times what the buses of one computer carry
	maxUDID     = 64     // bytes; the longest there are, of old devices, have 40
)

// attachments are the connections to devices that usbmuxd has told of.
type attachments map[attachment]Attached

// An attachment names one connection to one device.
type attachment struct {
	udid       string // in the form of device.UDIDKey
	connection device.Connection
}

func (a Attached) attachment() attachment { return attachment{device.UDIDKey(a.UDID), a.Connection} }

// best is the connection by which a device is to be read: the cable, if there is one.
func (all attachments) best(udid string) (Attached, bool) {
	for _, connection := range []device.Connection{device.USB, device.Network} {
		if a, ok := all[attachment{device.UDIDKey(udid), connection}]; ok {
			return a, true
		}
	}
	return Attached{}, false
}

// add takes in a connection, and gives what that changes.
//
// Of a device that is plugged in again usbmuxd may tell first that it came, and then, or
// never, that it went: the entry with the highest number is the newest, and the only one.
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

// remove takes in that a connection has ended, and gives what that changes: a device that
// is on Wi-Fi, too, is not gone with its cable.
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

// numbered finds the connection to which usbmuxd gave a number.
func (all attachments) numbered(id uint32) (Attached, bool) {
	for _, a := range all {
		if a.DeviceID == id {
			return a, true
		}
	}
	return Attached{}, false
}

// devices lists every device once, by the connection by which it is to be read: those on
// USB by port, then those on the network, and in each by UDID.
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

// follow takes in one message about devices that come and go, and gives what it changes;
// the zero Change is nothing. errEntry is the error of an entry that cannot be understood,
// and costs nothing else. After any other error what is attached is not known.
func (all attachments) follow(message safeplist.Dict) (Change, error) {
	kind, err := message.Text("MessageType")
	if err != nil {
		if _, err := message.Dict("Properties"); err == nil {
			return Change{}, errEntry // only the news of a device that came has properties
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
		id, _ := deviceID(message) // 0 is the number of no device
		if paired, ok := all.numbered(id); ok {
			if best, _ := all.best(paired.UDID); best == paired {
				return Change{Attached: paired, Paired: true}, nil
			}
		}
	}
	return Change{}, nil
}

// errEntry is the error of news about a device that cannot be understood.
var errEntry = errors.New("usbmuxd told of a device that cannot be understood")

// parseAttached reads one device, and how it is connected.
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
		location = 0 // only tells where the cable is
	}
	return Attached{UDID: udid, DeviceID: id, Location: uint32(location), Connection: connection}, nil
}

// deviceID reads the number of a connection. There is none with the number 0.
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

// isUDID is true of letters, digits and hyphens, neither none nor too many. A device whose
// descriptor could not be read has question marks.
func isUDID(text string) bool {
	return text != "" && len(text) <= maxUDID && strings.Trim(text, "-") != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}
