package usb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/danielpaulus/go-ios/ios"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Client gives access to the devices of one usbmuxd. The zero Client uses the usbmuxd of this
// computer.
type Client struct {
	Address        string        // as in USBMUXD_SOCKET_ADDRESS, see ParseAddress; "" means the platform default
	Timeout        time.Duration // for one device in total; 0 means 20 s, on Wi-Fi 60 s
	RequestTimeout time.Duration // for one response, at most half of Timeout; 0 means 5 s, on Wi-Fi 15 s, many times what a busy device needs
	Answered       func()        // called when a device has responded, before its session and again within it; may be nil
}

// An Attached is a device listed by usbmuxd.
type Attached struct {
	UDID       string
	DeviceID   uint32 // usbmuxd's number for this connection
	Location   uint32 // the USB port, 0 if unknown
	Connection device.Connection
}

// Wants selects slow reads that are skipped by default. Combine values with |.
type Wants uint

const (
	Sizes Wants = 1 << iota // the size of each app
)

// ErrNoMux means that usbmuxd cannot be reached at the Client's address. As a device.Reason it is
// device.Unreachable if none is listening, device.NotPermitted if this user may not open its socket,
// and device.ComputerLimit if this computer has no file left for the connection.
var ErrNoMux error = noMux{device.Unreachable}

type noMux struct{ why device.Reason }

func (noMux) Error() string        { return "usbmuxd cannot be reached" }
func (n noMux) Unwrap() error      { return n.why }
func (noMux) Is(target error) bool { _, ok := target.(noMux); return ok }

// noMuxFor returns [ErrNoMux] with the reason for a connection that failed.
func noMuxFor(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return noMux{device.NotPermitted}
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ENOMEM), errors.Is(err, syscall.ENOBUFS):
		return noMux{device.ComputerLimit}
	default:
		return ErrNoMux
	}
}

func (c Client) timeout() time.Duration { return cmp.Or(c.Timeout, 20*time.Second) }

// requestTimeout leaves time for a second attempt within the device timeout.
func (c Client) requestTimeout() time.Duration {
	return min(cmp.Or(c.RequestTimeout, 5*time.Second), c.timeout()/2)
}

func (c Client) answered() {
	if c.Answered != nil {
		c.Answered()
	}
}

// Over returns the client with unset timeouts replaced by values that suit the connection. A device
// on Wi-Fi saves power between packets, so its responses may take longer.
func (c Client) Over(connection device.Connection) Client {
	if connection != device.Network {
		return c
	}
	c.RequestTimeout = cmp.Or(c.RequestTimeout, 15*time.Second)
	c.Timeout = cmp.Or(c.Timeout, 60*time.Second)
	return c
}

// Limit returns the timeout for one device in total.
func (c Client) Limit() time.Duration { return c.timeout() }

// silence disables go-ios logging: it logs ordinary failures, and has logged a pair record with
// its private keys.
var silence = sync.OnceFunc(func() { ios.SetLogger(slog.New(slog.DiscardHandler)) })

// open connects to usbmuxd. The connection closes when ctx is done.
func (c Client) open(ctx context.Context) (*link, error) {
	silence()
	network, address := defaultNetwork, defaultAddress
	if c.Address != "" {
		var err error
		if network, address, err = ParseAddress(c.Address); err != nil {
			return nil, err
		}
	}
	dialer := net.Dialer{
		Timeout: c.requestTimeout(),
		// A connection that waits for announcements for hours needs keep-alives to detect that
		// the other computer is gone.
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		if ctx.Err() != nil {
			return nil, reasonOf(ctx, err)
		}
		return nil, fmt.Errorf("%w: %w", noMuxFor(err), err)
	}
	return newLink(ctx, conn, c.requestTimeout()), nil
}
