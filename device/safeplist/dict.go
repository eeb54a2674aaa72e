package safeplist

import (
	"math"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Dict is a decoded dictionary. Its methods return the value of a key, or the error
// device.Absent if there is none, device.WrongType if it has another type, and
// device.Undecodable if it could not be decoded. A nil Dict has no keys.
type Dict map[string]any

// Text returns a string. Bytes that are not UTF-8 are replaced by U+FFFD.
func (d Dict) Text(key string) (string, error) {
	text, err := value[string](d, key)
	return strings.ToValidUTF8(text, "\uFFFD"), err
}

// Bool returns a boolean.
func (d Dict) Bool(key string) (bool, error) { return value[bool](d, key) }

// Data returns raw bytes.
func (d Dict) Data(key string) ([]byte, error) { return value[[]byte](d, key) }

// List returns an array.
func (d Dict) List(key string) ([]any, error) { return value[[]any](d, key) }

// Date returns a date.
func (d Dict) Date(key string) (time.Time, error) { return value[time.Time](d, key) }

// Dict returns a dictionary.
func (d Dict) Dict(key string) (Dict, error) {
	dict, err := value[map[string]any](d, key)
	return dict, err
}

// Uint returns a non-negative integer. A negative one is device.Implausible.
func (d Dict) Uint(key string) (uint64, error) {
	switch n := d[key].(type) {
	case uint64:
		return n, nil
	case int64:
		if n < 0 {
			return 0, device.Implausible
		}
		return uint64(n), nil
	default:
		return value[uint64](d, key)
	}
}

// Float returns an integer or a real. One that is not finite is device.Implausible.
func (d Dict) Float(key string) (float64, error) {
	switch n := d[key].(type) {
	case uint64:
		return float64(n), nil
	case int64:
		return float64(n), nil
	case float64:
		return finite(n)
	default:
		return value[float64](d, key)
	}
}

func finite(n float64) (float64, error) {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, device.Implausible
	}
	return n, nil
}

func value[T any](d Dict, key string) (T, error) {
	var none T
	found, ok := d[key]
	if !ok {
		return none, device.Absent
	}
	if _, ok := found.(undecodable); ok {
		return none, device.Undecodable
	}
	typed, ok := found.(T)
	if !ok {
		return none, device.WrongType
	}
	return typed, nil
}
