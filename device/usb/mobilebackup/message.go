package mobilebackup

import (
	"encoding/binary"
	"fmt"
	"io"

	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// Permitted lists every message that a [Session] sends: its requests, and the DeviceLink
// responses. A test checks the package against this list. Devices also support Restore,
// EraseDevice, Remove, Unback, ChangePassword and EnableCloudBackup, which are never sent.
var Permitted = []string{
	"DLMessageVersionExchange",
	"DLMessageProcessMessage Hello",
	"DLMessageProcessMessage Backup",
	"DLMessageStatusResponse",
	"DLMessageDisconnect",
}

// The DeviceLink messages. The first element of each is its name.
const (
	versionExchange = "DLMessageVersionExchange"
	deviceReady     = "DLMessageDeviceReady"
	processMessage  = "DLMessageProcessMessage"
	statusResponse  = "DLMessageStatusResponse"
	disconnect      = "DLMessageDisconnect"
	ping            = "DLMessagePing"

	downloadFiles   = "DLMessageDownloadFiles"
	uploadFiles     = "DLMessageUploadFiles"
	freeDiskSpace   = "DLMessageGetFreeDiskSpace"
	purgeDiskSpace  = "DLMessagePurgeDiskSpace"
	listFolder      = "DLContentsOfDirectory"
	createDirectory = "DLMessageCreateDirectory"
	moveFiles       = "DLMessageMoveFiles"
	moveItems       = "DLMessageMoveItems"
	removeFiles     = "DLMessageRemoveFiles"
	removeItems     = "DLMessageRemoveItems"
	copyItem        = "DLMessageCopyItem"
)

// nothing is the placeholder for a missing string or value in a response.
const nothing = "___EmptyParameterString___"

// Limits on one message. Devices send moves and removals in batches of 128; older ones may send
// all of them at once.
const (
	maxMessage = 8 << 20 // bytes
	maxValues  = 250_000 // values within it
	maxDepth   = 8
)

// A message is a message from the device: its name, followed by its arguments.
type message struct {
	name string
	rest []any
}

// readMessage reads one message. The error comes from r or is a [device.Reason].
func readMessage(r io.Reader) (message, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return message{}, err
	}
	body, err := readExactly(r, binary.BigEndian.Uint32(head[:]), maxMessage)
	if err != nil {
		return message{}, err
	}
	return parseMessage(body)
}

// readExactly reads length bytes. Memory grows with the data received, not with the claimed
// length.
func readExactly(r io.Reader, length, limit uint32) ([]byte, error) {
	if length > limit {
		return nil, device.Oversized
	}
	const promised = 64 << 10
	body := make([]byte, 0, min(length, promised))
	for uint32(len(body)) < length {
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
		n, err := r.Read(body[len(body):min(cap(body), int(length))])
		body = body[:len(body)+n]
		if err != nil && uint32(len(body)) < length {
			return nil, cutOff(err)
		}
	}
	return body, nil
}

// cutOff translates the error of a reader that ended in the middle of a value.
func cutOff(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func parseMessage(body []byte) (message, error) {
	list, err := safeplist.ParseList(body, safeplist.Limits{MaxBytes: maxMessage, MaxDepth: maxDepth, MaxObjects: maxValues})
	if err != nil {
		return message{}, err
	}
	if len(list) == 0 {
		return message{}, device.Malformed
	}
	name, ok := list[0].(string)
	if !ok {
		return message{}, device.WrongType
	}
	return message{name: name, rest: list[1:]}, nil
}

// at returns an argument, counting from 1 after the name, or nil if there is none.
func (m message) at(number int) any {
	if number < 1 || number > len(m.rest) {
		return nil
	}
	return m.rest[number-1]
}

func (m message) text(number int) (string, error) {
	text, ok := m.at(number).(string)
	if !ok {
		return "", device.WrongType
	}
	return text, nil
}

// number returns a non-negative integer or real argument, or 0 for anything else.
func (m message) number(at int) float64 {
	value, err := safeplist.Dict{"": m.at(at)}.Float("")
	if err != nil || value < 0 {
		return 0
	}
	return value
}

// dict returns a dictionary argument, or nil if it is not one.
func (m message) dict(number int) safeplist.Dict {
	values, _ := m.at(number).(map[string]any)
	return values
}

// texts returns a list of strings, such as paths.
func (m message) texts(number int) ([]string, error) {
	list, ok := m.at(number).([]any)
	if !ok {
		return nil, device.WrongType
	}
	texts := make([]string, 0, len(list))
	for _, value := range list {
		text, ok := value.(string)
		if !ok {
			return nil, device.WrongType
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// writeMessage sends one message: its length, then a binary property list.
func writeMessage(w io.Writer, message []any) error {
	body, err := plist.Marshal(message, plist.BinaryFormat)
	if err != nil {
		return fmt.Errorf("encoding a message to the device: %w", err)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body)))
	_, err = w.Write(append(frame, body...))
	return err
}
