package main

import (
	"bytes"
	"testing"
)

func TestProgressOverwritesItsLineAndWipesIt(t *testing.T) {
	var screen bytes.Buffer
	p := progress{total: 3, line: &statusLine{w: &screen}}
	p.step()
	p.step()
	p.step()
	want := "\r\rexamined 1 of 3 devices" +
		"\r                       \rexamined 2 of 3 devices" +
		"\r                       \r"
	if got := screen.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestStatusLineIsSilentOffATerminal(t *testing.T) {
	var stderr bytes.Buffer
	surroundings{stderr: &stderr}.statusLine().show("examined 1 of 2 devices")
	if stderr.Len() > 0 {
		t.Errorf("wrote %q", stderr.String())
	}
}
