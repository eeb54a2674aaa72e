package usb

import (
	"context"
	"errors"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A lockdown is a connection to lockdownd, which holds the device's settings and starts its
// services. Outside a session it reveals little.
//
// Nothing documents that lockdownd supports pipelining, so each request is sent only after the
// previous one has been answered.
type lockdown struct{ *link }

// lockdown connects to a device's lockdownd. If that fails, every request fails with the same
// error.
func (c Client) lockdown(ctx context.Context, a Attached) (lockdown, error) {
	const port = 62078 // the same on every device
	conn, err := c.dial(ctx, a, port)
	if err != nil {
		return lockdown{brokenLink(err)}, err
	}
	return lockdown{conn}, nil
}

// lockdownRequest covers every message to lockdownd; unused fields stay empty.
type lockdownRequest struct {
	Label           string
	Request         string
	ProtocolVersion string          `plist:",omitempty"`
	Domain          string          `plist:",omitempty"`
	Key             string          `plist:",omitempty"`
	HostID          string          `plist:",omitempty"`
	SystemBUID      string          `plist:",omitempty"`
	Service         string          `plist:",omitempty"`
	EscrowBag       []byte          `plist:",omitempty"`
	PairRecord      *pairing        `plist:",omitempty"`
	PairingOptions  map[string]bool `plist:",omitempty"`
}

// ask sends one request. If the response contains a lockdownd error name, that becomes the error.
// Without a response, the error says why.
func (l lockdown) ask(ctx context.Context, request lockdownRequest) (safeplist.Dict, error) {
	request.Label = "backupdoctor"
	answer, err := l.link.ask(ctx, request, request.answeredBy)
	if err != nil {
		return nil, err
	}
	switch name, err := answer.Text("Error"); {
	case err == nil:
		return answer, named(name)
	case !errors.Is(err, device.Absent):
		return answer, err
	}
	return answer, nil
}

// answeredBy reports whether a response belongs to the request, which it normally echoes. A
// response without the echo is accepted unless it repeats the previous one.
func (r lockdownRequest) answeredBy(answer safeplist.Dict, repeated bool) bool {
	complete := true
	for key, asked := range map[string]string{"Request": r.Request, "Domain": r.Domain, "Key": r.Key, "Service": r.Service} {
		switch said, err := answer.Text(key); {
		case err == nil && said != asked:
			return false
		case err != nil && asked != "":
			complete = false
		}
	}
	_, hasValue := answer["Value"]
	return complete || !repeated || !hasValue
}

// start begins a session.
func (l lockdown) start(ctx context.Context, proof credential, speaks dialect) error {
	answer, err := l.ask(ctx, lockdownRequest{
		Request:         "StartSession",
		ProtocolVersion: "2",
		HostID:          proof.hostID,
		SystemBUID:      proof.systemBUID,
	})
	if answer == nil {
		l.broken = err // it is unknown whether a session has started
	}
	if err != nil {
		return refusal(answer, err)
	}
	secure, err := answer.Bool("EnableSessionSSL")
	if errors.Is(err, device.Absent) {
		err = device.Malformed // about the response, since no value was requested
	}
	if err != nil {
		l.broken = err
		return err
	}
	if !secure {
		return nil
	}
	return l.secure(ctx, proof.identity, speaks)
}

// refusal returns why a session or pairing was refused. Error names that otherwise mean a missing
// value or service do not mean that here, so the name itself is kept.
func refusal(answer safeplist.Dict, err error) error {
	switch device.GapOf(err).Reason {
	case device.Absent, device.Refused, device.NoService:
		if name, errName := answer.Text("Error"); errName == nil {
			return device.Gap{Reason: device.DeviceError, Detail: detail(name)}
		}
	}
	return err
}

// values reads a whole domain in one round trip; "" is the root.
func (l lockdown) values(ctx context.Context, domain string) reply {
	answer, err := l.ask(ctx, lockdownRequest{Request: "GetValue", Domain: domain})
	if err != nil {
		return reply{err: err}
	}
	values, err := answer.Dict("Value")
	return reply{values, err}
}

// value reads one root value, the only key of the reply.
func (l lockdown) value(ctx context.Context, key string) reply {
	answer, err := l.ask(ctx, lockdownRequest{Request: "GetValue", Key: key})
	if err != nil {
		return reply{err: err}
	}
	value, ok := answer["Value"]
	if !ok {
		return reply{err: device.Absent}
	}
	return reply{Dict: safeplist.Dict{key: value}}
}

// A started service is waiting for one connection.
type started struct {
	port   uint16
	secure bool
}

// startService starts a service of the device.
func (l lockdown) startService(ctx context.Context, name string) (started, error) {
	return l.startWith(ctx, lockdownRequest{Service: name})
}

// startWith starts a service with additional request fields.
func (l lockdown) startWith(ctx context.Context, request lockdownRequest) (started, error) {
	request.Request = "StartService"
	answer, err := l.ask(ctx, request)
	if err != nil {
		return started{}, err
	}
	port, err := answer.Uint("Port")
	if err != nil {
		return started{}, err
	}
	if port == 0 || port > 1<<16-1 {
		return started{}, device.Implausible
	}
	// Services of old versions speak plaintext and omit the key.
	secure, err := answer.Bool("EnableServiceSSL")
	if err != nil && !errors.Is(err, device.Absent) {
		return started{}, err
	}
	return started{uint16(port), secure}, nil
}
