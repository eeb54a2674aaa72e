package safeplist

import (
	"bytes"
	"cmp"

	"github.com/backupdoctor/backupdoctor/device"
)

// Limits bound the cost of decoding one property list. Zero fields have the default in
// their comment.
type Limits struct {
	MaxBytes   int // length of the list; 16 MiB
	MaxDepth   int // nested containers; 64
	MaxObjects int // keys and values, counted once per reference; 250,000
}

const (
	defaultBytes   = 16 << 20
	defaultDepth   = 64
	defaultObjects = 250_000
)

func (l Limits) withDefaults() Limits {
	return Limits{
		MaxBytes:   cmp.Or(l.MaxBytes, defaultBytes),
		MaxDepth:   cmp.Or(l.MaxDepth, defaultDepth),
		MaxObjects: cmp.Or(l.MaxObjects, defaultObjects),
	}
}

// A UID is a reference to another object of a keyed archive.
type UID uint64

// undecodable stands in for a value that could not be decoded.
type undecodable struct{}

// Parse decodes an XML or binary property list whose value is a dictionary.
//
// Its error is device.Oversized if data is longer than allowed, device.Hostile if it would
// expand beyond the limits, device.Truncated if it ends too early, device.WrongType if its
// value is not a dictionary, and device.Malformed if it is not a property list. A single
// undecodable value is not an error of Parse, only of the Dict method that gets it.
func Parse(data []byte, limits Limits) (Dict, error) {
	return dictOf(parseAny(data, limits))
}

// ParseList is like [Parse], for a property list whose value is an array. Dictionaries in
// it are map[string]any; convert them to Dict.
func ParseList(data []byte, limits Limits) ([]any, error) {
	switch value, err := parseAny(data, limits); value := value.(type) {
	case []any:
		return value, err
	case undecodable:
		return nil, device.Malformed
	case nil:
		return nil, cmp.Or[error](err, device.Malformed)
	default:
		return nil, cmp.Or[error](err, device.WrongType)
	}
}

func parseAny(data []byte, limits Limits) (any, error) {
	limits = limits.withDefaults()
	if len(data) > limits.MaxBytes {
		return nil, device.Oversized
	}
	if bytes.HasPrefix(data, []byte("bplist0")) {
		return parseBinary(data, limits, nil)
	}
	if isUTF16(data) {
		data = fromUTF16(data)
	}
	return parseXML(data, limits)
}

func dictOf(value any, err error) (Dict, error) {
	if err != nil {
		return nil, err
	}
	switch value := value.(type) {
	case map[string]any:
		return value, nil
	case undecodable:
		return nil, device.Malformed
	default:
		return nil, device.WrongType
	}
}
