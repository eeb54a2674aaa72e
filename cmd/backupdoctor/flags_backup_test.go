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
	} {
		if got := firstLine([]byte(text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
