package usb

import (
	"context"
	"errors"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A lockdown is a conversation with lockdownd, which knows the device's settings and
// starts its services. Before a session it tells strangers little.
//
// lockdownd takes one request at a time: nothing says that it copes with more, so none
// is sent before the last is answered.
type lockdown struct{ *link }

// lockdown opens a conversation with a device's lockdownd. If that fails, every request
// of the conversation fails with the same error.
func (d Door) lockdown(ctx context.Context, a Attached) (lockdown, error) {
	const port = 62078 // on every device
	conn, err := d.dial(ctx, a, port)
	if err != nil {
		return lockdown{brokenLink(err)}, err
	}
	return lockdown{conn}, nil
}

// lockdownRequest is every message to lockdownd; what it does not need stays empty.
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

// ask sends one request. lockdownd's own error name is in every answer that has one, and
// becomes the error here. Without an answer the error says why there is none.
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

// answeredBy reports whether an answer belongs to the request: it repeats what was asked.
// Where it leaves that out it is taken, unless it is the value that was given before.
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
		l.broken = err // whether a session has begun cannot be known
	}
	if err != nil {
		return refusal(answer, err)
	}
	secure, err := answer.Bool("EnableSessionSSL")
	if errors.Is(err, device.Absent) {
		err = device.Malformed // the answer, since no value was asked for
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

// refusal is why a session or pairing was refused. The names that say of a value or of a service
// that it is not to be had say nothing of the kind here, so the name itself is kept.
func refusal(answer safeplist.Dict, err error) error {
	switch device.GapOf(err).Reason {
	case device.Absent, device.Refused, device.NoService:
		if name, errName := answer.Text("Error"); errName == nil {
			return device.Gap{Reason: device.DeviceError, Detail: detail(name)}
		}
	}
	return err
}

// values reads all of a domain in one round trip; "" is the root.
func (l lockdown) values(ctx context.Context, domain string) reply {
	answer, err := l.ask(ctx, lockdownRequest{Request: "GetValue", Domain: domain})
	if err != nil {
		return reply{err: err}
	}
	values, err := answer.Dict("Value")
	return reply{values, err}
}

// value reads one root value; it is the only key of the reply.
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

// A started service waits for one connection.
type started struct {
	port   uint16
	secure bool
}

// startService starts a service of the device.
func (l lockdown) startService(ctx context.Context, name string) (started, error) {
	return l.startWith(ctx, lockdownRequest{Service: name})
}

// startWith starts a service with what else the request says.
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
	// Services of old versions speak plain text, and then do not mention it.
	secure, err := answer.Bool("EnableServiceSSL")
	if err != nil && !errors.Is(err, device.Absent) {
		return started{}, err
	}
	return started{uint16(port), secure}, nil
}
