package main

import "testing"

func TestFirstLine(t *testing.T) {
	for text, want := range map[string]string{
		"secret":        "secret",
		"secret\n":      "secret",
		"secret\r\n":    "secret",
		" a b \nsecond": " a b ",
		"\nsecond":      "",
		"":              "",

		"\xef\xbb\xbfsecret\r\n":                 "secret",
		"\xff\xfes\x00\xe9\x00\r\x00\n\x00x\x00": "sé",
		"\xfe\xff\x00s\x00\xe9\x00\r\x00\n\x00x": "sé",
		"s\x00e\x00c\x00\r\x00\n\x00":            "sec",
		"\x00s\x00e\x00c":                        "sec",
		"\xff\xfe=\xd8\x00\xdea\x00":             "😀a",
		"\xff\xfe":                               "",
		"\xff\xfe\r\x00\n\x00":                   "",
		"s\xe9":                                  "s\xe9",
	} {
		if got := firstLine([]byte(text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
