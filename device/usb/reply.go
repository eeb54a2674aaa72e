package usb

import (
	"errors"
	"math"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/safeplist"
)

// A reply holds the values returned by one request, or the reason there are none.
type reply struct {
	safeplist.Dict
	err error
}

// fact reads one key of a reply with a method of [safeplist.Dict].
func fact[T any](r reply, read func(safeplist.Dict, string) (T, error), key string) device.Fact[T] {
	if r.err != nil {
		return device.Unknown[T](r.err)
	}
	return device.FactOf(read(r.Dict, key))
}

// orElse returns the first fact if it is known; otherwise the second, if that says more than that
// the value is absent.
func orElse[T any](first, second device.Fact[T]) device.Fact[T] {
	if _, err := first.Get(); err == nil {
		return first
	}
	if _, err := second.Get(); errors.Is(err, device.Absent) || second.IsZero() {
		return first
	}
	return second
}

// inner returns a dictionary within the reply.
func (r reply) inner(key string) reply {
	if r.err != nil {
		return r
	}
	values, err := r.Dict.Dict(key)
	return reply{values, err}
}

// flag reads a boolean, which some versions write as 0 or 1.
func flag(values safeplist.Dict, key string) (bool, error) {
	switch number, err := values.Uint(key); {
	case err != nil:
		return values.Bool(key)
	case number > 1:
		return false, device.Implausible
	default:
		return number == 1, nil
	}
}

// amount reads a number of bytes, which may be written as a real.
func amount(values safeplist.Dict, key string) (uint64, error) {
	bytes, err := values.Uint(key)
	if !errors.Is(err, device.WrongType) {
		return bytes, err
	}
	real, err := values.Float(key)
	if err == nil && (real < 0 || real >= 1<<63) {
		return 0, device.Implausible
	}
	return uint64(real), err
}

// appleEpoch is the zero time of Apple timestamps.
var appleEpoch = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)

// moment reads a date, which may also be written as integer or real seconds since 2001.
func moment(values safeplist.Dict, key string) (time.Time, error) {
	if date, err := values.Date(key); err == nil {
		return date.UTC(), nil
	}
	seconds, err := values.Float(key)
	if err != nil {
		return time.Time{}, err
	}
	const century = 100 * 365.25 * 24 * 60 * 60 // in seconds; a Duration cannot hold three centuries
	if math.Abs(seconds) > century {
		return time.Time{}, device.Implausible
	}
	return appleEpoch.Add(time.Duration(seconds * float64(time.Second))), nil
}
