package sim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"howett.net/plist"
)

// maxRequest limits the size of a client message, in bytes.
const maxRequest = 1 << 20

// A framing prepends a protocol header to a reply.
type framing struct {
	header func(length uint64) []byte
	huge   uint64 // the length that an Oversized reply claims
}

// plistFraming is the framing of lockdownd and its services: a four-byte length, big-endian.
var plistFraming = framing{
	header: func(length uint64) []byte { return binary.BigEndian.AppendUint32(nil, uint32(length)) },
	huge:   1 << 31,
}

// readRequest reads one length-prefixed property list.
func readRequest[T any](r io.Reader) (T, error) {
	var request T
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return request, err
	}
	body, err := readBody(r, binary.BigEndian.Uint32(head[:]))
	if err != nil {
		return request, err
	}
	return parseRequest[T](body)
}

func readBody(r io.Reader, length uint32) ([]byte, error) {
	if length > maxRequest {
		return nil, fmt.Errorf("request of %d bytes is too long", length)
	}
	body := make([]byte, length)
	_, err := io.ReadFull(r, body)
	return body, err
}

// parseRequest accepts only XML, the format that clients send: the other formats can expand to
// any size, or accept a bare word as a value.
func parseRequest[T any](body []byte) (T, error) {
	var request T
	if !bytes.HasPrefix(body, []byte("<?xml")) && !bytes.HasPrefix(body, []byte("<plist")) {
		return request, errors.New("request is not an XML property list")
	}
	_, err := plist.Unmarshal(body, &request)
	return request, err
}
