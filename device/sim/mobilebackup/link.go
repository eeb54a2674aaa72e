package mobilebackup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"howett.net/plist"
)

// A Link carries the messages of one session. It is where faults strike.
type Link interface {
	// Read reads what the host sends.
	io.Reader
	// Send sends one message, the name of which is also its first element.
	Send(name string, message []any) error
	// Part sends a part of a stream of files: "file" for the paths of one, "block" for data, "end".
	Part(place string, data []byte) error
	// Path is the path on the host that is sent with a file, which a fault may replace.
	Path(path string) string
	// Post posts a notification to those who observe it.
	Post(notification string)
	// Wait does nothing for a time. Its error is that of a client that left.
	Wait(seconds float64) error
}

// maxMessage bounds one message of the host in bytes: the listing of a folder of 100,000 files
// takes 10 MB.
const maxMessage = 64 << 20

// empty stands for a parameter that there is none of.
const empty = "___EmptyParameterString___"

var errMessage = errors.New("unexpected message of the host")

// receive reads one message of the host: its name and what follows.
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

// A hostError is what the host answered in place of success.
type hostError struct {
	code int64
	text string
}

func (e *hostError) Error() string { return fmt.Sprintf("host error %d: %s", e.code, e.text) }

// Codes of a host's answer, as DeviceLink has them.
const (
	hostNotFound = -6
	hostMulti    = -13
)

// known are the codes that a device tells apart; any other is an I/O error of its own.
func known(code int64) bool {
	return code == -15 || code == -13 || code >= -11 && code <= -6 || code == -2 || code == -1 || code == 0
}

// answer reads the host's answer to a message. Its error is a *hostError for one that is not
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

// ask sends a message and reads the answer.
func (s *session) ask(name string, rest ...any) (payload any, err error) {
	if err := s.send(name, rest...); err != nil {
		return nil, err
	}
	return s.answer()
}

// integer is a number of a property list, of whichever type.
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
