package device

import (
	"encoding/json"
	"errors"
	"reflect"
)

// A Fact is the answer to one question: its value, or the Gap that says why there is none.
// The zero Fact is unknown because the question was not asked.
type Fact[T any] struct {
	value T
	gap   Gap
	known bool
}

// Known returns a fact with a value.
func Known[T any](value T) Fact[T] { return Fact[T]{value: value, known: true} }

// Unknown returns a fact without a value. why is a Reason, a Gap, or an error that wraps
// either.
func Unknown[T any](why error) Fact[T] { return Fact[T]{gap: GapOf(why)} }

// FactOf converts the results of a Go function to a fact.
func FactOf[T any](value T, err error) Fact[T] {
	if err != nil {
		return Unknown[T](err)
	}
	return Known(value)
}

// Get returns the value, or an error that is always a Gap.
func (f Fact[T]) Get() (T, error) {
	switch {
	case f.known:
		return f.value, nil
	case f.gap.Reason == "":
		return f.value, Gap{Reason: NotAsked}
	default:
		return f.value, f.gap
	}
}

// IsZero reports whether the question was not asked. encoding/json omits such facts.
func (f Fact[T]) IsZero() bool { return !f.known && f.gap == Gap{} }

// MarshalJSON writes {"value": …} or {"reason": …}.
func (f Fact[T]) MarshalJSON() ([]byte, error) {
	value, err := f.Get()
	if err != nil {
		return json.Marshal(err)
	}
	return json.Marshal(struct {
		Value T `json:"value"`
	}{value})
}

// UnmarshalJSON reads the output of MarshalJSON. It is an error if a fact has both a value
// and a reason, or neither.
func (f *Fact[T]) UnmarshalJSON(data []byte) error {
	var wire struct {
		Value json.RawMessage `json:"value"`
		Gap
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	if (wire.Value == nil) == (wire.Reason == "") {
		return errors.New("a fact needs either a value or a reason")
	}
	if wire.Value == nil {
		*f = Fact[T]{gap: wire.Gap}
		return nil
	}
	// Only a list can have the value null, which is how Go encodes a nil slice.
	if string(wire.Value) == "null" && reflect.TypeFor[T]().Kind() != reflect.Slice {
		return errors.New("a fact cannot be known to be null")
	}
	var value T
	if err := json.Unmarshal(wire.Value, &value); err != nil {
		return err
	}
	*f = Known(value)
	return nil
}
