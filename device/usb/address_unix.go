//go:build !windows

package usb

// The default address of usbmuxd on Linux and macOS.
const (
	defaultNetwork = "unix"
	defaultAddress = "/var/run/usbmuxd"
)
