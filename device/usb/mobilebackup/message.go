package mobilebackup

import (
	"encoding/binary"
	"fmt"
	"io"

	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// Permitted is every message that a [Session] sends: what it asks for, and the answers of
// DeviceLink. A test holds the package to this list. Restore, EraseDevice, Remove, Unback,
// ChangePassword and EnableCloudBackup are known to the device, and never sent.
var Permitted = []string{
	"DLMessageVersionExchange",
	"DLMessageProcessMessage Hello",
	"DLMessageProcessMessage Backup",
	"DLMessageStatusResponse",
	"DLMessageDisconnect",
}

// The messages of DeviceLink. The first element of each names it.
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

// nothing stands for a text or a value that an answer does not have.
const nothing = "___EmptyParameterString___"

// Bounds on one message. A device sends its moves and removals in batches of 128; older ones
// may send all at once.
const (
	maxMessage = 8 << 20 // bytes
	maxValues  = 250_000 // values within it
	maxDepth   = 8
)

// A message is what the device sends: its name, and its arguments behind that.
type message struct {
	name string
	rest []any
}

// readMessage reads one message. Its error is that of r, or a [device.Reason].
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

// readExactly reads length bytes. Memory grows with what arrives, not with what was promised.
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

// cutOff is the error of a reader that ended within something.
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

// at is an argument; the first one after the name is number 1. It is nil if there is none.
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

// number reads an integer or a real that is not negative; 0 for anything else.
func (m message) number(at int) float64 {
	value, err := safeplist.Dict{"": m.at(at)}.Float("")
	if err != nil || value < 0 {
		return 0
	}
	return value
}

// dict is a dictionary; nil if the argument is none.
func (m message) dict(number int) safeplist.Dict {
	values, _ := m.at(number).(map[string]any)
	return values
}

// texts is a list of texts, such as paths.
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

// writeMessage sends one message: its length, and a binary property list.
func writeMessage(w io.Writer, message []any) error {
	body, err := plist.Marshal(message, plist.BinaryFormat)
	if err != nil {
		return fmt.Errorf("encoding a message to the device: %w", err)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body)))
	_, err = w.Write(append(frame, body...))
	return err
}
