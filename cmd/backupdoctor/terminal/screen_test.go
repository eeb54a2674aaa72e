package terminal

import (
	"bytes"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
)

func TestStatusOverwritesWhatWasThere(t *testing.T) {
	var out bytes.Buffer
	screen := Screen{out: &out, getenv: in(nil), is: true}
	screen.Status("a long text")
	screen.Status("short")
	screen.Status("")
	if want := "\r\ra long text" + "\r           \rshort" + "\r     \r"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// What is too long for a line would scroll, and leave parts of it behind.
func TestStatusIsOneLine(t *testing.T) {
	var out bytes.Buffer
	screen := Screen{out: &out, getenv: in(map[string]string{"COLUMNS": "10"}), is: true}
	screen.Status("looking “日本語” 0:00")
	screen.Status("")
	if want := "\r\rlooking “" + "\r         \r"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestStatusIsOnlyForATerminal(t *testing.T) {
	var out bytes.Buffer
	screen := NewScreen(&out, in(nil))
	screen.Status("1 of 2 files")
	screen.ShowTray()
	screen.Note("finished: 1 device")
	if out.Len() > 0 {
		t.Errorf("wrote %q to what is no terminal", out.String())
	}
}

// While the view is shown, the status line is part of it, and messages go above it.
func TestScreenWithAView(t *testing.T) {
	var out bytes.Buffer
	screen := Screen{out: &out, getenv: in(nil), is: true, view: viewOn(&out)}
	screen.Status("1 of 2 files")
	if screen.view.tray.Note != "1 of 2 files" || out.Len() > 0 {
		t.Errorf("noted %q and wrote %q", screen.view.tray.Note, out.String())
	}
	screen.Hear(report.Event{Type: report.DeviceState, UDID: "a", State: report.Reading})
	screen.view.draw()
	out.Reset()
	screen.Write([]byte("a message\n"))
	if got := out.String(); !strings.HasSuffix(got, "a message\n") || !strings.HasPrefix(got, "\x1b[") {
		t.Errorf("a message is written as %q", got)
	}
	screen.CloseView()
	out.Reset()
	screen.Write([]byte("another\n"))
	if got := out.String(); got != "another\n" {
		t.Errorf("without the view a message is written as %q", got)
	}
}
