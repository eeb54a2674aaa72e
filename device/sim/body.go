package sim

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"strings"

	"howett.net/plist"
)

// echoes lists the keys that a reply copies from its request; value faults leave them unchanged.
var echoes = []string{"Request", "RequestType", "Domain", "Key", "Service", "MessageType", "DeviceID"}

// refuse reduces a reply to its echoed keys and adds an Error, and a Status for services that use
// one.
func refuse(message dict, name string) dict {
	refused := missingKeys(message)
	refused["Error"] = name
	if _, ok := message["Status"]; ok {
		refused["Status"] = name
	}
	return refused
}

// missingKeys reduces a reply to its echoed keys.
func missingKeys(message dict) dict {
	kept := maps.Clone(message)
	maps.DeleteFunc(kept, func(key string, _ any) bool { return !slices.Contains(echoes, key) })
	return kept
}

// wrongTypes changes the type of every value in a reply.
func wrongTypes(message dict) dict {
	wrong := maps.Clone(message)
	for key, value := range wrong {
		if !slices.Contains(echoes, key) {
			wrong[key] = wrongType(value)
		}
	}
	return wrong
}

func wrongType(value any) any {
	switch value := value.(type) {
	case dict:
		return wrongTypes(value)
	case string:
		return []any{value}
	default:
		return "wrong"
	}
}

// oddValue encodes a message as XML, replacing the value of a key at any depth by the given
// element, which may be malformed.
func oddValue(message dict, key, element string) ([]byte, error) {
	const placeholder = "placeholder of the odd value"
	body, err := plist.Marshal(withValue(message, key, placeholder), plist.XMLFormat)
	return bytes.ReplaceAll(body, []byte("<string>"+placeholder+"</string>"), []byte(element)), err
}

// withValue sets a key in every dictionary that has it.
func withValue(value any, key string, to any) any {
	switch value := value.(type) {
	case dict:
		changed := maps.Clone(value)
		for name, inner := range changed {
			changed[name] = withValue(inner, key, to)
			if name == key {
				changed[name] = to
			}
		}
		return changed
	case []any:
		changed := slices.Clone(value)
		for i, inner := range changed {
			changed[i] = withValue(inner, key, to)
		}
		return changed
	default:
		return value
	}
}

// plistBomb returns a binary dictionary {Value: array} in which each of 24 arrays refers to the
// next one eight times: 8^24 values in under 400 bytes.
func plistBomb() []byte {
	const arrays, width = 24, 8
	bomb := []byte("bplist00")
	var offsets []byte
	object := func(bytes ...byte) {
		offsets = binary.BigEndian.AppendUint16(offsets, uint16(len(bomb)))
		bomb = append(bomb, bytes...)
	}
	object(0xD1, 1, 2) // object 0, a dictionary: object 1 is the key, object 2 the value
	object(append([]byte{0x55}, "Value"...)...)
	for i := range arrays {
		next := byte(2 + i + 1)
		object(append([]byte{0xA0 | width}, slices.Repeat([]byte{next}, width)...)...)
	}
	object(0x09) // true
	table := uint64(len(bomb))
	bomb = append(bomb, offsets...)
	bomb = append(bomb, 0, 0, 0, 0, 0, 0, 2, 1) // two-byte offsets, one-byte references
	bomb = binary.BigEndian.AppendUint64(bomb, uint64(len(offsets)/2))
	bomb = binary.BigEndian.AppendUint64(bomb, 0)
	return binary.BigEndian.AppendUint64(bomb, table)
}

// deepXML returns 15 MB of nested arrays.
func deepXML() []byte {
	const depth = 900_000
	return []byte(`<plist version="1.0">` + strings.Repeat("<array>", depth) +
		strings.Repeat("</array>", depth) + `</plist>`)
}
