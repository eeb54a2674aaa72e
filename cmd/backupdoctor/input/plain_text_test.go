package input

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"
)

// A text in UTF-16 is recognized with or without a mark, in any script, if it ends its line.
func TestPlainText(t *testing.T) {
	for _, text := range []string{"secret\r\n", "пароль\n", "パスワード\r\nnext\r\n", "é\n"} {
		for name, order := range map[string]binary.ByteOrder{"little endian": binary.LittleEndian, "big endian": binary.BigEndian} {
			var encoded []byte
			for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
				encoded = append(encoded, 0, 0)
				order.PutUint16(encoded[len(encoded)-2:], unit)
			}
			for mark, bytes := range map[string][]byte{"with a mark": encoded, "without": encoded[2:]} {
				if got := string(PlainText(bytes)); got != text {
					t.Errorf("%q, %s, %s: %q", text, name, mark, got)
				}
			}
		}
		for _, bytes := range []string{text, "\ufeff" + text} {
			if got := string(PlainText([]byte(bytes))); got != text {
				t.Errorf("%q in UTF-8: %q", text, got)
			}
		}
	}
	for _, text := range []string{"", "a", "пароль", "line\nline\n", "\n"} {
		if got := string(PlainText([]byte(text))); got != text {
			t.Errorf("%q: %q", text, got)
		}
	}
}
