package safeplist

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// isUTF16 reports whether a property list begins with the byte order mark of UTF-16, which Apple's
// reader of XML lists accepts.
func isUTF16(start []byte) bool {
	return bytes.HasPrefix(start, []byte{0xFE, 0xFF}) || bytes.HasPrefix(start, []byte{0xFF, 0xFE})
}

// fromUTF16 converts a list that begins with a byte order mark to UTF-8.
func fromUTF16(data []byte) []byte {
	var order binary.ByteOrder = binary.BigEndian
	if data[0] == 0xFF {
		order = binary.LittleEndian
	}
	text := make([]byte, 0, len(data))
	next := func() rune {
		unit := order.Uint16(data)
		data = data[2:]
		return rune(unit)
	}
	for data = data[2:]; len(data) >= 2; {
		r := next()
		if utf16.IsSurrogate(r) && len(data) >= 2 {
			r = utf16.DecodeRune(r, next())
		}
		text = utf8.AppendRune(text, r)
	}
	return text
}
