package main

import (
	"bytes"
	"testing"
)

func TestStatusLineWipesWhatStoodThere(t *testing.T) {
	var screen bytes.Buffer
	line := statusLine{w: &screen}
	line.show("a long text")
	line.show("short")
	line.show("")
	if want := "\r\ra long text" + "\r           \rshort" + "\r     \r"; screen.String() != want {
		t.Errorf("got %q, want %q", screen.String(), want)
	}
}

func TestStatusLineIsOnlyForATerminal(t *testing.T) {
	var stderr bytes.Buffer
	surroundings{stderr: &stderr}.statusLine().show("1 of 2 files")
	if stderr.Len() > 0 {
		t.Errorf("wrote %q to what is no terminal", stderr.String())
	}
}

func TestStatusLineGivesWayToAView(t *testing.T) {
	var screen bytes.Buffer
	var noted string
	line := statusLine{w: &screen, note: func(text string) { noted = text }}
	line.show("1 of 2 files")
	if noted != "1 of 2 files" || screen.Len() > 0 {
		t.Errorf("noted %q and wrote %q", noted, screen.String())
	}
}
