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

// An afc is an AFC client that lists folders on a device. It has no requests that open or change
// files; [Client.Pull] adds the ones that read a file.
//
// The go-ios client is not used because it trusts any length the device sends.
type afc struct {
	*link
	sent uint64 // packets sent
}

// afcHeader is the header of an AFC packet: magic, total length, length without the payload,
// packet number and operation.
type afcHeader struct {
	Magic     [8]byte
	Whole     uint64
	This      uint64
	Number    uint64
	Operation uint64
}

const afcHeaderLength = 40

var afcMagic = [8]byte([]byte("CFA6LPAA"))

// The AFC operations in use.
const (
	afcStatus   = 1
	afcData     = 2
	afcReadDir  = 3
	afcFileInfo = 10
)

// maxListing limits the size of one response, in bytes: about 100,000 names.
const maxListing = 4 << 20

// list returns the names in a folder, without . and ..
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

// exists reports whether path exists.
func (a *afc) exists(ctx context.Context, path string) (bool, error) {
	_, err := a.ask(ctx, afcFileInfo, path)
	if errors.Is(err, device.Absent) {
		return false, nil
	}
	return err == nil, err
}

// ask sends a request about a path and returns the data of the response.
func (a *afc) ask(ctx context.Context, operation uint64, path string) ([]byte, error) {
	return a.request(ctx, operation, append([]byte(path), 0), afcData)
}

// request sends a request and reads the response. Any operation other than wanted is an error.
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
		case answer.Number != header.Number: // response to an earlier request
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

// readAFC reads one packet. The error is a device.Reason or comes from the reader.
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

// afcError translates an unexpected status. Success is also an error where data was expected.
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
