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

// os_trace_relay sends each message of the log in a frame: one byte that is always 2, four
// bytes of length, and then what parseTrace reads. Numbers are little endian.
const (
	traceMagic = 2

	maxTrace     = 64 << 10 // of one frame, in bytes: twice the longest message there is
	maxTraceSkip = 16 << 20 // a frame that claims to be longer is a lie
	traceHeader  = 129      // up to the texts
)

// A traceReader reads frames. Its memory is one frame, however many there are.
type traceReader struct {
	*bufio.Reader
	frame [maxTrace]byte
}

// next reads one frame, which holds until the next call. skipped is true if it was too long
// to be kept and was passed over. The error is device.Malformed or device.Oversized if
// nothing behind it can be read either, or else that of the reader.
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

// parseTrace reads the message in a frame, if it is of a process that concerns backups; ok
// is false if it is not. Of the header only this is of use:
//
//	 37  2  length of the path of the process
//	 68  1  level: 0x10 is an error, 0x11 a fault
//	107  2  length of the path of the library
//	109  4  length of the message
//
// Behind it follow the path of the process, that of the library, and the message, each with
// a zero byte at its end. The time of the line is left to the caller.
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

// lastElement is the name at the end of a path.
func lastElement(path []byte) []byte {
	path = untilZero(path)
	return path[bytes.LastIndexByte(path, '/')+1:]
}

func untilZero(text []byte) []byte {
	before, _, _ := bytes.Cut(text, []byte{0})
	return before
}

// A syslogReader reads the lines of syslog_relay, which end with a zero byte.
type syslogReader struct{ *bufio.Reader }

const maxSyslog = 64 << 10 // of one line, in bytes

// next reads one line, which holds until the next call. skipped is true if it was too long
// to be kept and was passed over.
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

// parseSyslog reads a line of syslog_relay, if it is of a process that concerns backups; ok
// is false if it is not. Every message that goes over several lines is one line here.
func parseSyslog(text []byte) (line backuplog.Line, ok bool, err error) {
	if len(text) == 0 {
		return line, false, nil // there is one between any two
	}
	line, ok = backuplog.ParseLine(string(text), backuplog.Calendar{})
	if !ok {
		return line, false, device.Malformed
	}
	line.At = time.Time{}
	return line, backuplog.Concerns(line.Process), nil
}
