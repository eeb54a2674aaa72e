package usb

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backuplog"
)

// os_trace_relay sends each log message in a frame: one byte, always 2; four bytes of length;
// then the data that parseTrace parses. Numbers are little-endian.
const (
	traceMagic = 2

	maxTrace     = 64 << 10 // of one frame, in bytes: twice the longest known message
	maxTraceSkip = 16 << 20 // a larger claimed length is invalid
	traceHeader  = 129      // length of the fixed part before the strings
)

// A traceReader reads frames. It never holds more than one in memory.
type traceReader struct {
	*bufio.Reader
	frame [maxTrace]byte
}

// next reads one frame, which is valid until the next call. skipped is true if the frame was too
// long and was skipped. The error is device.Malformed or device.Oversized if the rest of the
// stream is unreadable too; otherwise it comes from the reader.
func (r *traceReader) next() (frame []byte, skipped bool, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, false, err
	}
	length := binary.LittleEndian.Uint32(head[1:])
	switch {
	case head[0] != traceMagic:
		return nil, false, device.Malformed
	case length > maxTraceSkip:
		return nil, false, device.Oversized
	case length > maxTrace:
		_, err := io.CopyN(io.Discard, r, int64(length))
		return nil, true, err
	}
	_, err = io.ReadFull(r, r.frame[:length])
	return r.frame[:length], false, err
}

// parseTrace parses the message in a frame if it is from a process involved in backups; otherwise
// ok is false. The header fields in use are
//
//	 37  2  length of the process path
//	 68  1  level: 0x10 is an error, 0x11 a fault
//	107  2  length of the library path
//	109  4  length of the message
//
// The header is followed by the process path, the library path and the message, each
// NUL-terminated. The caller sets the line's time.
func parseTrace(frame []byte) (line backuplog.Line, ok bool, err error) {
	if len(frame) < traceHeader {
		return line, false, device.Truncated
	}
	const levelError, levelFault = 0x10, 0x11
	process := int(binary.LittleEndian.Uint16(frame[37:]))
	library := int(binary.LittleEndian.Uint16(frame[107:]))
	message := uint64(binary.LittleEndian.Uint32(frame[109:]))
	texts := frame[traceHeader:]
	if uint64(process)+uint64(library)+message > uint64(len(texts)) {
		return line, false, device.Malformed
	}
	name := lastElement(texts[:process])
	if !backuplog.Concerns(string(name)) {
		return line, false, nil
	}
	text := texts[process+library:][:message]
	return backuplog.Line{
		Process: string(name),
		Error:   frame[68] == levelError || frame[68] == levelFault,
		Text:    backuplog.Cut(string(untilZero(text))),
	}, true, nil
}

// lastElement returns the last element of a path.
func lastElement(path []byte) []byte {
	path = untilZero(path)
	return path[bytes.LastIndexByte(path, '/')+1:]
}

func untilZero(text []byte) []byte {
	before, _, _ := bytes.Cut(text, []byte{0})
	return before
}

// A syslogReader reads the NUL-terminated lines of syslog_relay.
type syslogReader struct{ *bufio.Reader }

const maxSyslog = 64 << 10 // of one line, in bytes

// next reads one line, which is valid until the next call. skipped is true if the line was too
// long and was skipped.
func (r syslogReader) next() (line []byte, skipped bool, err error) {
	line, err = r.ReadSlice(0)
	for err == bufio.ErrBufferFull {
		skipped = true
		_, err = r.ReadSlice(0)
	}
	if err != nil || skipped {
		return nil, skipped, err
	}
	return bytes.Trim(line, "\x00\r\n"), false, nil
}

// parseSyslog parses a syslog_relay line if it is from a process involved in backups; otherwise
// ok is false. A message that spans several lines arrives as one line.
func parseSyslog(text []byte) (line backuplog.Line, ok bool, err error) {
	if len(text) == 0 {
		return line, false, nil // messages are separated by an empty line
	}
	line, ok = backuplog.ParseLine(string(text), backuplog.Calendar{})
	if !ok {
		return line, false, device.Malformed
	}
	line.At = time.Time{}
	return line, backuplog.Concerns(line.Process), nil
}
