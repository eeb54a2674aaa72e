package usb

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Door is a way to the devices of one usbmuxd. The zero Door is that of this computer.
type Door struct {
	Address        string        // as in USBMUXD_SOCKET_ADDRESS, see ParseAddress; "" is the platform's own
	Timeout        time.Duration // for one device as a whole; 0 is 20 s
	RequestTimeout time.Duration // for one answer, at most half of Timeout; 0 is 5 s, many times what a busy device needs
	InSession      func()        // called when a device has answered in its session, if not nil
}

// An Attached is a device that usbmuxd lists.
type Attached struct {
	UDID       string
	DeviceID   uint32            // usbmuxd's number for this connection to it, until that ends
	Location   uint32            // the USB port, 0 if usbmuxd does not tell
	Connection device.Connection // how usbmuxd reaches it
}

// Wants are reads that take long and are left out unless asked for. They can be joined
// with |.
type Wants uint

const (
	Sizes Wants = 1 << iota // how much room each app takes
)

// ErrNoMux is the error of a Door behind which no usbmuxd listens. To a device it is a
// reason: device.Unreachable.
var ErrNoMux error = noMux{}

type noMux struct{}

func (noMux) Error() string { return "usbmuxd cannot be reached" }
func (noMux) Unwrap() error { return device.Unreachable }

func (d Door) timeout() time.Duration { return cmp.Or(d.Timeout, 20*time.Second) }

// requestTimeout leaves time for a second try within the time for the whole device.
func (d Door) requestTimeout() time.Duration {
	return min(cmp.Or(d.RequestTimeout, 5*time.Second), d.timeout()/2)
}

// Over gives the door with limits that fit the connection, if they were not set: a device
// on Wi-Fi saves power between packets, so each answer may take longer.
func (d Door) Over(connection device.Connection) Door {
	if connection != device.Network {
		return d
	}
	d.RequestTimeout = cmp.Or(d.RequestTimeout, 15*time.Second)
	d.Timeout = cmp.Or(d.Timeout, 60*time.Second)
	return d
}

// Limit is the time for one device as a whole.
func (d Door) Limit() time.Duration { return d.timeout() }

// silence keeps go-ios from logging: it logs on ordinary failures, and once a pair
// record with its private keys.
var silence = sync.OnceFunc(func() { ios.SetLogger(slog.New(slog.DiscardHandler)) })

// open connects to usbmuxd. The connection closes when ctx ends.
func (d Door) open(ctx context.Context) (*link, error) {
	silence()
	network, address := defaultNetwork, defaultAddress
	if d.Address != "" {
		var err error
		if network, address, err = ParseAddress(d.Address); err != nil {
			return nil, err
		}
	}
	dialer := net.Dialer{
		Timeout: d.requestTimeout(),
		// Where usbmuxd is listened to for hours, only this tells silence from a computer that is gone.
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		if ctx.Err() != nil {
			return nil, reasonOf(ctx, err)
		}
		return nil, fmt.Errorf("%w: %w", ErrNoMux, err)
	}
	return newLink(ctx, conn, d.requestTimeout()), nil
}
