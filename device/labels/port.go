package labels

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// PortOf is the port at which a device is plugged in, as a text that stays the same when
// another device is plugged in there; "" if that is unknown. location is what usbmux
// tells, usb the folder of Linux in which every USB device has a folder of its own
// (/sys/bus/usb/devices), nil elsewhere.
//
// macOS makes a LocationID of the bus and the numbers of the ports on the way, so it is the
// port: 0x14120000. usbmuxd on Linux makes it of the bus and the device's address, which is
// another each time that something is plugged in: there the name of the device's folder is
// the port, 3-1.4.2.
func PortOf(location uint64, usb fs.FS) string {
	bus, address := location>>16, location&0xffff
	switch {
	case location == 0:
		return ""
	case address == 0 || address > maxAddress: // no port has the number 0, so this is a way and no address
		return fmt.Sprintf("0x%08x", location)
	case usb == nil:
		return ""
	default:
		return folderOf(usb, bus, address)
	}
}

// maxAddress is the highest address that a USB device can have.
const maxAddress = 127

// folderOf is the name of the folder of the device with this address, "" if there is none.
func folderOf(usb fs.FS, bus, address uint64) string {
	addresses, err := fs.Glob(usb, "*/devnum")
	if err != nil {
		return ""
	}
	for _, file := range addresses {
		folder := path.Dir(file)
		if number(usb, file) == address && number(usb, path.Join(folder, "busnum")) == bus {
			return folder
		}
	}
	return ""
}

// number reads a file that holds a number, 0 if it holds none.
func number(usb fs.FS, name string) uint64 {
	text, err := fs.ReadFile(usb, name)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		return 0
	}
	return n
}
