package labels

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// PortOf returns the USB port of a device as text that does not depend on the device, or ""
// if the port is unknown. location is the usbmux LocationID. usb is /sys/bus/usb/devices on
// Linux and nil elsewhere.
//
// On macOS a LocationID encodes the bus and the port numbers along the path, so it
// identifies the port: 0x14120000. usbmuxd on Linux builds it from the bus and the device
// address, which changes with each connection, so the name of the device's folder is used
// instead: 3-1.4.2.
func PortOf(location uint64, usb fs.FS) string {
	bus, address := location>>16, location&0xffff
	switch {
	case location == 0:
		return ""
	case address == 0 || address > maxAddress: // ports are numbered from 1, so this is a port path, not an address
		return fmt.Sprintf("0x%08x", location)
	case usb == nil:
		return ""
	default:
		return folderOf(usb, bus, address)
	}
}

// maxAddress is the highest possible USB device address.
const maxAddress = 127

// folderOf returns the folder name of the device with this address, or "" if there is none.
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

// number reads a number from a file, or returns 0 if there is none.
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
