package usb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// An afc lists folders of a device. It knows no request that opens or changes a file;
// [Door.Pull] adds those that read one.
//
// go-ios's own is not used: it believes any length that a device sends.
type afc struct {
	*link
	sent uint64 // packets
}

// A packet begins with its magic, its length as a whole, its length up to a payload
// that follows, its number and its operation.
type afcHeader struct {
	Magic     [8]byte
	Whole     uint64
	This      uint64
	Number    uint64
	Operation uint64
}

const afcHeaderLength = 40

var afcMagic = [8]byte([]byte("CFA6LPAA"))

// The operations in use.
const (
	afcStatus   = 1
	afcData     = 2
	afcReadDir  = 3
	afcFileInfo = 10
)

// maxListing bounds the answer to one request, in bytes: some 100,000 names.
const maxListing = 4 << 20

// list is the names in a folder, without . and ..
func (a *afc) list(ctx context.Context, folder string) ([]string, error) {
	data, err := a.ask(ctx, afcReadDir, folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range strings.SplitSeq(string(data), "\x00") {
		if name != "" && name != "." && name != ".." {
			names = append(names, name)
		}
	}
	return names, nil
}

// exists reports whether there is anything at a path.
func (a *afc) exists(ctx context.Context, path string) (bool, error) {
	_, err := a.ask(ctx, afcFileInfo, path)
	if errors.Is(err, device.Absent) {
		return false, nil
	}
	return err == nil, err
}

// ask sends one request about a path and reads the data it is answered with.
func (a *afc) ask(ctx context.Context, operation uint64, path string) ([]byte, error) {
	return a.request(ctx, operation, append([]byte(path), 0), afcData)
}

// request sends one request and reads its answer, which is an error unless it is of the
// operation that is wanted.
func (a *afc) request(ctx context.Context, operation uint64, body []byte, wanted uint64) ([]byte, error) {
	length := uint64(afcHeaderLength + len(body))
	var packet bytes.Buffer
	header := afcHeader{Magic: afcMagic, Whole: length, This: length, Number: a.sent, Operation: operation}
	if err := binary.Write(&packet, binary.LittleEndian, header); err != nil {
		return nil, device.Internal
	}
	packet.Write(body)
	a.sent++
	if err := a.send(ctx, func() error { return a.Send(packet.Bytes()) }); err != nil {
		return nil, err
	}
	for range maxStrays {
		answer, data, err := readAFC(a)
		switch {
		case err != nil:
			return nil, a.fail(ctx, err)
		case answer.Number != header.Number: // to an earlier request
		case answer.Operation == wanted:
			return data, nil
		case answer.Operation == afcStatus:
			return nil, afcError(data)
		default:
			return nil, device.Malformed
		}
	}
	return nil, a.fail(ctx, device.Malformed)
}

// readAFC reads one packet. Its error is a device.Reason or that of the reader.
func readAFC(r io.Reader) (header afcHeader, data []byte, err error) {
	if err := binary.Read(r, binary.LittleEndian, &header); err != nil {
		return header, nil, err
	}
	switch {
	case header.Magic != afcMagic, header.This < afcHeaderLength, header.Whole < header.This:
		return header, nil, device.Malformed
	case header.Whole-afcHeaderLength > maxListing:
		return header, nil, device.Oversized
	}
	data, err = readBody(r, uint32(header.Whole-afcHeaderLength), maxListing)
	return header, data, err
}

// afcError translates a status that was not wanted: success is one, too, where data was
// asked for.
func afcError(data []byte) error {
	if len(data) < 8 {
		return device.Truncated
	}
	switch code := binary.LittleEndian.Uint64(data); code {
	case 0:
		return device.Malformed
	case 8: // object not found
		return device.Absent
	case 10: // permission denied
		return device.Refused
	default:
		return device.Gap{Reason: device.DeviceError, Detail: fmt.Sprintf("afc%d", code)}
	}
}
