package mobilebackup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"howett.net/plist"
)

// A Link carries the messages of one session and applies the faults.
type Link interface {
	// Read reads data from the host.
	io.Reader
	// Send sends one message; its name is also its first element.
	Send(name string, message []any) error
	// Part sends part of a stream of files: "file" for its paths, "block" for data, "end".
	Part(place string, data []byte) error
	// Path returns the host path to send with a file, which a fault may replace.
	Path(path string) string
	// Post posts a notification to its observers.
	Post(notification string)
	// Wait waits. It returns an error if the client disconnects.
	Wait(seconds float64) error
}

// maxMessage limits a message from the host, in bytes: the listing of a folder with 100,000 files
// takes 10 MB.
const maxMessage = 64 << 20

// empty is the placeholder for a missing parameter.
const empty = "___EmptyParameterString___"

var errMessage = errors.New("unexpected message of the host")

// receive reads one message from the host and returns its name and arguments.
func (s *session) receive() (name string, message []any, err error) {
	length, err := s.readNumber()
	if err != nil {
		return "", nil, err
	}
	if length > maxMessage {
		return "", nil, fmt.Errorf("%w: %d bytes", errMessage, length)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(s.link, body); err != nil {
		return "", nil, err
	}
	if _, err := plist.Unmarshal(body, &message); err != nil {
		return "", nil, err
	}
	if len(message) > 0 {
		name, _ = message[0].(string)
	}
	return name, message, nil
}

func (s *session) readNumber() (uint32, error) {
	var number [4]byte
	_, err := io.ReadFull(s.link, number[:])
	return binary.BigEndian.Uint32(number[:]), err
}

func (s *session) send(name string, rest ...any) error {
	s.agent.note(func(running *Session) { running.Messages = append(running.Messages, name) })
	return s.link.Send(name, append([]any{name}, rest...))
}

// A hostError is an error response from the host.
type hostError struct {
	code int64
	text string
}

func (e *hostError) Error() string { return fmt.Sprintf("host error %d: %s", e.code, e.text) }

// DeviceLink status codes of a host.
const (
	hostNotFound = -6
	hostMulti    = -13
)

// known reports whether devices distinguish the code; any other counts as an I/O error.
func known(code int64) bool {
	return code == -15 || code == -13 || code >= -11 && code <= -6 || code == -2 || code == -1 || code == 0
}

// answer reads the host's response to a message. The error is a *hostError if the response is not
// success.
func (s *session) answer() (payload any, err error) {
	name, message, err := s.receive()
	if err != nil {
		return nil, err
	}
	if name == "DLMessageDisconnect" {
		return nil, errDisconnected
	}
	if name != "DLMessageStatusResponse" || len(message) < 2 {
		return nil, fmt.Errorf("%w: %s in place of a status", errMessage, name)
	}
	var text string
	if len(message) > 2 {
		text, _ = message[2].(string)
	}
	if len(message) > 3 {
		payload = message[3]
	}
	code, ok := integer(message[1])
	if !ok {
		return nil, fmt.Errorf("%w: a status without a number", errMessage)
	}
	if code != 0 {
		return payload, &hostError{code, text}
	}
	return payload, nil
}

// ask sends a message and reads the response.
func (s *session) ask(name string, rest ...any) (payload any, err error) {
	if err := s.send(name, rest...); err != nil {
		return nil, err
	}
	return s.answer()
}

// integer converts a property list number of any type.
func integer(value any) (int64, bool) {
	switch value := value.(type) {
	case uint64:
		return int64(value), true
	case int64:
		return value, true
	case float64:
		return int64(value), true
	default:
		return 0, false
	}
}
