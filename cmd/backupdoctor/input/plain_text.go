package input

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// PlainText decodes a text as UTF-8 without a byte order mark. Windows writes UTF-16, usually
// with a mark, and editors there add one to UTF-8 too. Without a mark, a text is UTF-16 if one of the
// first two bytes is zero, which no password has, or if it has a line break of two bytes.
func PlainText(text []byte) []byte {
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return text[3:]
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		return fromUTF16(text[2:], binary.LittleEndian)
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		return fromUTF16(text[2:], binary.BigEndian)
	case len(text) >= 2 && text[0] != 0 && text[1] == 0:
		return fromUTF16(text, binary.LittleEndian)
	case len(text) >= 2 && text[0] == 0 && text[1] != 0:
		return fromUTF16(text, binary.BigEndian)
	case breaksLine(text, binary.LittleEndian):
		return fromUTF16(text, binary.LittleEndian)
	case breaksLine(text, binary.BigEndian):
		return fromUTF16(text, binary.BigEndian)
	default:
		return text
	}
}

// breaksLine reports whether a text has a line break if it is read as UTF-16. Outside the Latin script
// no other byte is zero.
func breaksLine(text []byte, order binary.ByteOrder) bool {
	for i := 0; i+1 < len(text); i += 2 {
		if order.Uint16(text[i:]) == '\n' {
			return true
		}
	}
	return false
}

// fromUTF16 drops an odd last byte.
func fromUTF16(text []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = order.Uint16(text[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
