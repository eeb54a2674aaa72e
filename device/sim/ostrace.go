package sim

import (
	"bytes"
	"encoding/binary"
)

// traceFraming frames the os_trace_relay response to a request: four bytes with the size of the
// length field, then the length, little-endian.
var traceFraming = framing{
	header: func(length uint64) []byte {
		number := binary.LittleEndian.AppendUint32(nil, uint32(length))
		number = bytes.TrimRight(number, "\x00")
		return append(binary.LittleEndian.AppendUint32(nil, uint32(len(number))), number...)
	},
	huge: 1 << 31,
}

// osTrace streams the log in binary frames to a client that requests it.
func (s *service) osTrace() {
	type request struct {
		Request       string
		MessageFilter int
		Pid           int
		StreamFlags   int
	}
	r, err := readRequest[request](s)
	if err != nil {
		return
	}
	told, stop := s.device.follow()
	defer stop()
	s.note("os_trace_relay", r.Request)
	status := "RequestSuccessful"
	if r.Request != "StartActivity" {
		status = "RequestFailed"
	}
	err = s.reply(traceFraming, dict{"Status": status}, s.name, s.name+" "+r.Request)
	if err != nil || status != "RequestSuccessful" {
		return
	}
	s.play(told, s.traceFrame)
}

// traceFrame encodes one message for os_trace_relay: a byte 2, four bytes of length, a 129-byte
// header and five NUL-terminated strings.
func (s *service) traceFrame(step LogStep) []byte {
	const library, subsystem, category = "/usr/lib/libMobileBackup.dylib\x00", "com.apple.mobilebackup\x00", "Default\x00"
	process, text := "/usr/libexec/"+step.Process+"\x00", step.Text+"\x00"
	levels := map[string]byte{"info": 1, "error": 0x10, "fault": 0x11}

	header := make([]byte, 129)
	now := s.device.now()
	le := binary.LittleEndian
	le.PutUint32(header[1:], 4)
	le.PutUint32(header[5:], uint32(len(header)))
	le.PutUint32(header[9:], 123) // pid
	le.PutUint16(header[37:], uint16(len(process)))
	le.PutUint64(header[55:], uint64(now.Unix()))
	le.PutUint32(header[63:], uint32(now.Nanosecond()/1000))
	header[68] = levels[step.Level]
	le.PutUint16(header[107:], uint16(len(library)))
	le.PutUint32(header[109:], uint32(len(text)))
	le.PutUint16(header[117:], uint16(len(subsystem)))
	le.PutUint16(header[121:], uint16(len(category)))

	body := string(header) + process + library + text + subsystem + category
	return append(le.AppendUint32([]byte{2}, uint32(len(body))), body...)
}
