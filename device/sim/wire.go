package sim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"howett.net/plist"
)

// maxRequest bounds what a client may send in one message, in bytes.
const maxRequest = 1 << 20

// A framing puts the header of its protocol before a reply.
type framing struct {
	header func(length uint64) []byte
	huge   uint64 // the length that an Oversized reply promises
}

// plistFraming is lockdownd's and its services': four bytes of length, big endian.
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

// parseRequest takes XML only, which is what clients send: the other formats can unfold
// to any size, or take a bare word for a value.
func parseRequest[T any](body []byte) (T, error) {
	var request T
	if !bytes.HasPrefix(body, []byte("<?xml")) && !bytes.HasPrefix(body, []byte("<plist")) {
		return request, errors.New("request is not an XML property list")
	}
	_, err := plist.Unmarshal(body, &request)
	return request, err
}
