//go:build !windows

package usb

// Where usbmuxd listens on Linux and macOS.
const (
	defaultNetwork = "unix"
	defaultAddress = "/var/run/usbmuxd"
)
