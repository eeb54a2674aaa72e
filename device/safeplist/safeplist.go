package safeplist

import (
	"bytes"
	"cmp"

	"howett.net/plist"

	"github.com/backupdoctor/backupdoctor/device"
)

// Limits bound what one property list may cost its reader. A field that is zero has the
// default in its comment.
type Limits struct {
	MaxBytes   int // length of the list; 16 MiB
	MaxDepth   int // containers within containers; 64
	MaxObjects int // values and keys, each counted as often as it is referred to; 250,000
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

// Check reads data as a decoder would, without building anything. Its error is
// device.Oversized if data is longer than allowed, device.Hostile if it would unfold
// beyond the limits, device.Truncated if it breaks off, and device.Malformed if it is
// neither an XML nor a binary property list.
func Check(data []byte, limits Limits) error {
	limits = limits.withDefaults()
	if len(data) > limits.MaxBytes {
		return device.Oversized
	}
	if bytes.HasPrefix(data, []byte("bplist0")) {
		return checkBinary(data, limits)
	}
	return checkXML(data, limits)
}

// Unmarshal checks data and decodes it into v, as howett.net/plist would. Besides the
// errors of [Check] it answers device.WrongType if v cannot hold what data says. A key
// that is missing leaves its field alone, and an integer too large for its field is cut;
// use [Parse] where that matters.
func Unmarshal(data []byte, limits Limits, v any) error {
	if err := Check(data, limits); err != nil {
		return err
	}
	err := decode(data, v)
	if err == nil {
		return nil
	}
	var anything any
	if decode(data, &anything) == nil {
		return device.WrongType
	}
	return err
}

// Parse checks data and decodes it into a dictionary. Besides the errors of [Check] it
// answers device.WrongType if data holds something else.
func Parse(data []byte, limits Limits) (Dict, error) {
	var value any
	if err := Unmarshal(data, limits, &value); err != nil {
		return nil, err
	}
	switch value := value.(type) {
	case map[string]any:
		return value, nil
	case nil:
		return nil, device.Malformed
	default:
		return nil, device.WrongType
	}
}

// decode calls the decoder. Whatever goes wrong there, its words are dropped, because
// they may quote the list; and its panics on odd input are mistakes of the list, too.
func decode(data []byte, v any) (err error) {
	defer func() {
		if recover() != nil {
			err = device.Malformed
		}
	}()
	if _, err := plist.Unmarshal(data, v); err != nil {
		return device.Malformed
	}
	return nil
}
