package sim

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"net"
)

// usbmuxd Result numbers.
const (
	muxOK          = 0
	muxBadCommand  = 1
	muxBadDevice   = 2 // also used for a missing pair record
	muxRefused     = 3
	muxBadVersion  = 6
	muxListRefused = 1<<32 - 1
)

const (
	muxHeaderSize = 16
	muxVersion    = 1 // property list version of the protocol
	muxPlist      = 8 // message type
)

type muxRequest struct {
	MessageType    string
	DeviceID       int
	PortNumber     int // in network byte order: 62078 is sent as 32498
	PairRecordID   string
	PairRecordData []byte
}

// muxFraming frames a message, little-endian: length including the header, version, message type,
// tag.
func muxFraming(tag uint32) framing {
	return framing{
		header: func(length uint64) []byte {
			head := binary.LittleEndian.AppendUint32(nil, uint32(length)+muxHeaderSize)
			head = binary.LittleEndian.AppendUint32(head, muxVersion)
			head = binary.LittleEndian.AppendUint32(head, muxPlist)
			return binary.LittleEndian.AppendUint32(head, tag)
		},
		huge: 1 << 31,
	}
}

// A muxSession is the state of one mux client.
type muxSession struct {
	*conn
	tray *Tray
}

// serveMux serves one client until it disconnects or violates the protocol.
func (t *Tray) serveMux(ctx context.Context, client net.Conn) {
	s := &muxSession{
		conn: &conn{Conn: client, raw: client, closed: ctx.Done(), faults: t.Faults, detach: func() {}},
		tray: t,
	}
	for {
		message, err := readMux(client)
		if err != nil {
			return
		}
		tag, request := message.tag, message.request
		if message.version != muxVersion {
			s.result(tag, muxBadVersion, "usbmux")
			return
		}
		t.note("usbmux", request.MessageType, request.PairRecordID)
		switch request.MessageType {
		case "Connect":
			if e, at, ok := s.connect(tag, request); ok {
				if s.enterHub(e) {
					defer s.tray.leaveHub(e)
					e.device.serve(ctx, client, at)
				}
				return
			}
		case "Listen":
			s.listen(ctx, tag)
			return
		default:
			err = s.answer(tag, request)
		}
		if err != nil {
			return
		}
	}
}

// A muxMessage is a request with its header.
type muxMessage struct {
	tag     uint32
	version uint32
	request muxRequest
}

// readMux reads a message. A message that cannot be parsed has no MessageType, which is a bad
// command.
func readMux(r io.Reader) (muxMessage, error) {
	var head [muxHeaderSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return muxMessage{}, err
	}
	length := binary.LittleEndian.Uint32(head[:])
	if length < muxHeaderSize {
		return muxMessage{}, fmt.Errorf("message of %d bytes is shorter than its header", length)
	}
	body, err := readBody(r, length-muxHeaderSize)
	if err != nil {
		return muxMessage{}, err
	}
	message := muxMessage{
		version: binary.LittleEndian.Uint32(head[4:]),
		tag:     binary.LittleEndian.Uint32(head[12:]),
	}
	if request, err := parseRequest[muxRequest](body); err == nil {
		message.request = request
	}
	return message, nil
}

// answer handles all requests except Connect and Listen, which take over the connection.
func (s *muxSession) answer(tag uint32, request muxRequest) error {
	name := request.MessageType
	switch name {
	case "ListDevices":
		entries := s.tray.listed()
		if fault, ok := find(s.faults, ListRefused); ok && len(entries) > max(0, cmp.Or(fault.Count, 29)) {
			return s.result(tag, muxListRefused, name)
		}
		return s.message(tag, dict{"DeviceList": s.deviceList(entries)}, name)
	case "ListListeners":
		return s.message(tag, dict{"ListenerList": []any{}}, name)
	case "ReadBUID":
		return s.message(tag, dict{"BUID": systemBUID}, name)
	case "ReadPairRecord":
		record := s.tray.record(request.PairRecordID)
		if record == nil {
			return s.result(tag, muxBadDevice, name)
		}
		return s.message(tag, dict{"PairRecordData": record}, name)
	case "SavePairRecord":
		if !has(s.faults, Forgetful) {
			s.tray.keepRecord(request.PairRecordID, request.PairRecordData)
		}
		s.tray.tellPaired(request.DeviceID)
		return s.result(tag, muxOK, name)
	case "DeletePairRecord":
		s.tray.dropRecord(request.PairRecordID)
		return s.result(tag, muxOK, name)
	default:
		return s.result(tag, muxBadCommand, "usbmux")
	}
}

// deviceList returns the ListDevices response, applying the faults that affect it.
func (s *muxSession) deviceList(entries []entry) []any {
	list := make([]any, len(entries))
	for i, e := range entries {
		list[i] = e.attached()
	}
	for _, fault := range s.faults {
		first := list[:min(len(list), max(1, fault.Count))]
		switch fault.Kind {
		case Unlisted:
			list = list[len(first):]
		case ListedTwice:
			list = append(list, first...)
		case OddEntry:
			for _, e := range first {
				entry := e.(dict)
				delete(entry, "DeviceID")
				delete(entry["Properties"].(dict), "DeviceID")
			}
		}
	}
	return list
}

// message sends a response, or an announcement if tag is 0.
func (s *muxSession) message(tag uint32, body dict, names ...string) error {
	if tag != 0 && has(s.faults, StrayReply) {
		for _, other := range []uint32{tag + 1, tag + 2, 0} {
			if err := s.reply(muxFraming(other), dict{"MessageType": "Result", "Number": muxOK}); err != nil {
				return err
			}
		}
	}
	return s.reply(muxFraming(tag), body, append(names, "usbmux")...)
}

func (s *muxSession) result(tag uint32, number uint64, name string) error {
	return s.message(tag, dict{"MessageType": "Result", "Number": number}, name)
}

// connect handles a Connect. If it succeeds, the connection is handed over to the port of the
// device.
func (s *muxSession) connect(tag uint32, request muxRequest) (entry, port, bool) {
	if fault := s.strikes([]string{"Connect"}); fault.At == "Connect" {
		s.result(tag, muxOK, "Connect")
		return entry{}, port{}, false
	}
	e, ok := s.tray.entry(request.DeviceID)
	if !ok {
		s.result(tag, muxBadDevice, "Connect")
		return entry{}, port{}, false
	}
	p := e.device
	at := port{service: lockdownService}
	number := bits.ReverseBytes16(uint16(request.PortNumber))
	if number != lockdownPort {
		if at, ok = p.take(number); !ok {
			s.result(tag, muxRefused, "Connect")
			return entry{}, port{}, false
		}
	}
	s.faults, s.detach = p.Faults, func() { s.tray.Detach(p.UDID()) }
	if sleep(p.Latency, s.closed) != nil {
		return entry{}, port{}, false
	}
	if s.reply(muxFraming(tag), dict{"MessageType": "Result", "Number": muxOK}, "connect") != nil {
		return entry{}, port{}, false
	}
	return e, at, true
}

// An entry is a device in the mux's list, once per connection.
type entry struct {
	id         int
	connection string
	device     *plugged
}

func (e entry) attached() dict {
	properties := dict{
		"ConnectionType": e.connection,
		"DeviceID":       e.id,
		"SerialNumber":   e.device.UDID(),
	}
	if e.connection == "Network" {
		properties["InterfaceIndex"] = 4
		properties["EscrowBag"] = []byte{0xEB}
		// a macOS sockaddr_in: length, family, port, an address reserved for documentation
		properties["NetworkAddress"] = []byte{16, 2, 0, 0, 192, 0, 2, byte(e.id), 0, 0, 0, 0, 0, 0, 0, 0}
	} else {
		properties["ConnectionSpeed"] = 480_000_000
		properties["LocationID"] = e.device.LocationID
		properties["ProductID"] = 0x12A8
	}
	message := dict{"MessageType": "Attached", "DeviceID": e.id, "Properties": properties}
	change(properties, e.device.MuxProperties)
	change(message, e.device.MuxEntry)
	return message
}

// change sets the keys of a dictionary and removes those whose value is nil.
func change(values, by dict) {
	for key, value := range by {
		if value == nil {
			delete(values, key)
		} else {
			values[key] = value
		}
	}
}

func (e entry) paired() dict { return dict{"MessageType": "Paired", "DeviceID": e.id} }

func (e entry) detached() dict {
	return dict{"MessageType": "Detached", "DeviceID": e.id}
}
