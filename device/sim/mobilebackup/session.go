package mobilebackup

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"
)

// An Identity is what a device reports about itself.
type Identity struct {
	UDID     string
	Lockdown map[string]any // values outside any domain
	Now      time.Time
}

// A session is one client of an agent.
type session struct {
	agent *Agent
	Identity
	link     Link
	password string // of the backup on the host
	batch    int    // number of file batches so far
	sentList sentList
}

// A sentList identifies the Manifest.db that this session sent, so that it is not parsed again
// when the host returns the same bytes.
type sentList struct {
	digest  [sha256.Size]byte
	records []*record
}

var errDisconnected = errors.New("the host disconnected")

// Serve serves one client until it disconnects.
func (a *Agent) Serve(link Link, identity Identity) {
	a.running.Lock()
	defer a.running.Unlock()
	a.mu.Lock()
	a.sessions = append(a.sessions, Session{})
	a.mu.Unlock()
	s := &session{agent: a, Identity: identity, link: link, password: a.Password}
	if s.handshake() != nil {
		return
	}
	for s.request() == nil {
	}
}

// handshake negotiates the DeviceLink version.
func (s *session) handshake() error {
	major := s.agent.Major
	if major == 0 {
		major = 400
	}
	if err := s.send("DLMessageVersionExchange", uint64(major), uint64(0)); err != nil {
		return err
	}
	name, message, err := s.receive()
	if err != nil {
		return err
	}
	if name != "DLMessageVersionExchange" || len(message) < 2 || message[1] != "DLVersionsOk" {
		return errMessage
	}
	return s.send("DLMessageDeviceReady")
}

// request handles one DLMessageProcessMessage. An error ends the session.
func (s *session) request() error {
	name, message, err := s.receive()
	if err != nil {
		return err
	}
	if name == "DLMessageDisconnect" {
		return errDisconnected
	}
	if name != "DLMessageProcessMessage" || len(message) < 2 {
		return errMessage
	}
	request, ok := message[1].(map[string]any)
	if !ok {
		return errMessage
	}
	options, _ := request["Options"].(map[string]any)
	switch title, _ := request["MessageName"].(string); title {
	case "Hello":
		return s.hello(request)
	case "Backup":
		s.begin(title)
		full, _ := options["ForceFullBackup"].(bool)
		return s.conclude(s.mine(request, func() error { return s.backup(full) }))
	case "Restore":
		s.begin(title)
		return s.conclude(s.mine(request, func() error { return s.restore(request, options) }))
	default:
		return fmt.Errorf("%w: %q", errMessage, title)
	}
}

func (s *session) begin(request string) {
	s.agent.note(func(running *Session) { running.Request = request })
}

// hello negotiates the protocol version.
func (s *session) hello(request map[string]any) error {
	offered, _ := request["SupportedProtocolVersions"].([]any)
	best := 0.0
	for _, version := range []float64{2.0, 2.1} {
		if slices.Contains(offered, any(version)) {
			best = version
		}
	}
	response := map[string]any{"MessageName": "Response", "ErrorCode": uint64(0), "ProtocolVersion": best}
	if best == 0 {
		response = map[string]any{"MessageName": "Response", "ErrorCode": uint64(1), "ErrorDescription": "no version in common"}
	}
	return s.send("DLMessageProcessMessage", response)
}

// mine calls do if the request is for this device, and fails otherwise.
func (s *session) mine(request map[string]any, do func() error) error {
	if request["TargetIdentifier"] != s.UDID {
		return &Failure{2, "Target identifier is not that of the device"}
	}
	return do()
}

// conclude sends the final message of a request.
func (s *session) conclude(err error) error {
	failure := &Failure{}
	if err != nil && !errors.As(err, &failure) {
		return err
	}
	response := map[string]any{"MessageName": "Response", "ErrorCode": uint64(failure.Code)}
	if err != nil {
		response["ErrorDescription"] = failure.Error()
	}
	if err := s.send("DLMessageProcessMessage", response); err != nil {
		return err
	}
	s.agent.note(func(running *Session) { running.Answered, running.Code = true, failure.Code })
	return nil
}
