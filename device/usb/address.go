package usb

import (
	"fmt"
	"net"
	"strings"
)

// ParseAddress parses a usbmuxd address as set in USBMUXD_SOCKET_ADDRESS, in the syntax of
// libimobiledevice (UNIX:/path, host:port) or go-ios (unix:///path, tcp://host:port). A plain
// /path is accepted too. The results can be passed to [net.Dial].
func ParseAddress(text string) (network, address string, err error) {
	scheme, rest, found := strings.Cut(text, ":")
	switch {
	case found && strings.EqualFold(scheme, "unix"):
		network, address = "unix", strings.TrimPrefix(rest, "//")
	case found && strings.EqualFold(scheme, "tcp") && strings.HasPrefix(rest, "//"):
		network, address = "tcp", strings.TrimPrefix(rest, "//")
	case strings.HasPrefix(text, "/"):
		network, address = "unix", text
	default:
		network, address = "tcp", text
	}
	if network == "unix" && address != "" {
		return network, address, nil
	}
	if _, port, err := net.SplitHostPort(address); network == "tcp" && err == nil && port != "" {
		return network, address, nil
	}
	return "", "", fmt.Errorf("%q is not the address of a usbmuxd: want UNIX:/path or host:port", text)
}
