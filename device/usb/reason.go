package usb

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// reasonOf says why a connection failed. The end of ctx takes precedence: its cause if that is a
// device.Reason, as at the end of a whole run, otherwise Timeout or Interrupted. Next comes err,
// from the connection or already a device.Reason. The text of any other error is dropped.
func reasonOf(ctx context.Context, err error) error {
	if reason, ok := errors.AsType[device.Reason](context.Cause(ctx)); ok {
		return reason
	}
	switch ctx.Err() {
	case context.Canceled:
		return device.Interrupted
	case context.DeadlineExceeded:
		return device.Timeout
	}
	if reason, ok := errors.AsType[device.Reason](err); ok {
		return reason
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return device.Malformed
	}
	switch {
	case certificateAlert(err): // with TLS 1.3 a device refuses only after the handshake
		return device.TrustStale
	case alert(err):
		return device.HandshakeFailed
	}
	var network net.Error
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return device.Timeout
	case errors.Is(err, io.ErrUnexpectedEOF):
		return device.Truncated
	case errors.Is(err, io.EOF), errors.As(err, &network):
		return device.Detached
	default:
		return device.Malformed
	}
}

// reasons maps lockdownd error names to reasons.
var reasons = map[string]device.Reason{
	"MissingValue":                 device.Absent,
	"GetProhibited":                device.Refused,
	"ServiceProhibited":            device.Refused,
	"PasswordProtected":            device.Locked,
	"EscrowLocked":                 device.Locked,
	"DeviceLocked":                 device.Locked,
	"InvalidService":               device.NoService,
	"InvalidHostID":                device.TrustStale,
	"PairingDialogResponsePending": device.TrustPending,
	"UserDeniedPairing":            device.TrustDenied,
	"MCProtected":                  device.TrustForbidden,
	"MCChallengeRequired":          device.TrustForbidden,
}

// named returns the gap for an error name sent by a device.
func named(name string) device.Gap {
	if reason, ok := reasons[name]; ok {
		return device.Gap{Reason: reason}
	}
	return device.Gap{Reason: device.DeviceError, Detail: detail(name)}
}

// detail reduces an error name to what a [device.Gap] may hold.
func detail(name string) string {
	kept := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.':
			return r
		default:
			return -1
		}
	}, name)
	return kept[:min(len(kept), 64)]
}
