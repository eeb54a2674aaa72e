package sim

import (
	"errors"
	"net"
	"strings"
)

// Listen opens a socket for a Tray. It accepts the USBMUXD_SOCKET_ADDRESS formats that clients
// understand: unix:///path and tcp://host:port, UNIX:/path and host:port.
func Listen(address string) (net.Listener, error) {
	for _, prefix := range []string{"unix://", "UNIX://", "UNIX:"} {
		if path, ok := strings.CutPrefix(address, prefix); ok {
			return net.Listen("unix", path)
		}
	}
	address = strings.TrimPrefix(address, "tcp://")
	if !strings.Contains(address, ":") {
		return nil, errors.New("address must be UNIX:/path or host:port")
	}
	return net.Listen("tcp", address)
}
