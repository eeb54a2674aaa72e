package mobilebackup

import (
	"bufio"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/device"
)

// The block codes in a stream of files.
const (
	codeSuccess     = 0x00
	codeLocalError  = 0x06
	codeRemoteError = 0x0b
	codeData        = 0x0c
)

// Limits on a stream from the device. Devices send blocks of 256 KiB.
const (
	maxBlock = 64 << 20
	maxWords = 4 << 10 // of an error text, in bytes; the rest is skipped
)

// A streamReader reads the stream in which the device sends files:
//
//	per file: u32 n, n bytes path on the device, u32 m, m bytes path on the host, blocks
//	block:    u32 length of what follows, u8 code, data
//
// A zero in place of a path or a block ends the stream. Numbers are big-endian.
type streamReader struct{ *bufio.Reader }

// A block is a block header; the data follows in the stream.
type block struct {
	code   byte
	length int  // of the data
	last   bool // the stream ends here; there is no block
}

// paths reads the header of a file. host is "" at the end of the stream.
func (s streamReader) paths() (onDevice, host string, err error) {
	if onDevice, err = s.path(); err != nil || onDevice == "" {
		return "", "", err
	}
	if host, err = s.path(); err == nil && host == "" {
		err = device.Malformed
	}
	return onDevice, host, err
}

func (s streamReader) path() (string, error) {
	length, err := s.number()
	if err != nil || length == 0 {
		return "", err
	}
	path, err := readExactly(s, length, maxPath)
	return string(path), err
}

func (s streamReader) number() (uint32, error) {
	var digits [4]byte
	if _, err := io.ReadFull(s, digits[:]); err != nil {
		return 0, cutOff(err)
	}
	return binary.BigEndian.Uint32(digits[:]), nil
}

// block reads a block header.
func (s streamReader) block() (block, error) {
	length, err := s.number()
	switch {
	case err != nil:
		return block{}, err
	case length == 0:
		return block{last: true}, nil
	case length > maxBlock:
		return block{}, device.Oversized
	}
	code, err := s.ReadByte()
	return block{code: code, length: int(length) - 1}, cutOff(err)
}

// words reads the text of an error block.
func (s streamReader) words(length int) (string, error) {
	text, err := readExactly(s, uint32(min(length, maxWords)), maxWords)
	if err == nil {
		_, err = s.Discard(length - len(text))
	}
	return strings.ToValidUTF8(string(text), string(utf8.RuneError)), cutOff(err)
}

// frame is the block size for sending a file to the device. Devices have crashed on blocks of
// many megabytes; all of them accept 32 KiB from any program.
const frame = 32 << 10

// A streamWriter writes the stream in which files are sent to the device.
type streamWriter struct{ *bufio.Writer }

// begin writes the header of a file.
func (s streamWriter) begin(path string) error {
	s.Write(binary.BigEndian.AppendUint32(nil, uint32(len(path))))
	_, err := s.WriteString(path)
	return err
}

// block writes one block of at most frame bytes.
func (s streamWriter) block(code byte, data []byte) error {
	head := [5]byte{4: code}
	binary.BigEndian.PutUint32(head[:], uint32(len(data)+1))
	s.Write(head[:])
	_, err := s.Write(data)
	return err
}

// end ends the stream.
func (s streamWriter) end() error {
	_, err := s.Write([]byte{0, 0, 0, 0})
	return err
}
