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

// Several texts have a line each, and messages go above them.
func TestStatusOfSeveralLines(t *testing.T) {
	var out bytes.Buffer
	screen := Screen{out: &out, getenv: in(nil), is: true, fd: -1, canvas: canvas{w: &out}}
	if !screen.movesCursor() {
		t.Skip("this console cannot move its cursor")
	}
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"two", func() { screen.Status("one", "two") }, "\rone\x1b[K\ntwo\x1b[K\n\x1b[J"},
		{"a message", func() { screen.Write([]byte("done\n")) }, "\x1b[2A\r\x1b[Jdone\n\rone\x1b[K\ntwo\x1b[K\n\x1b[J"},
		{"one", func() { screen.Status("", "two") }, "\x1b[2A\r\x1b[J\r\rtwo"},
		{"a message above one", func() { screen.Write([]byte("done\n")) }, "\r   \rdone\n\r\rtwo"},
		{"a question", func() { screen.Write([]byte("Password: ")) }, "\r   \rPassword: "},
		{"none", func() { screen.Status("") }, ""},
	} {
		out.Reset()
		if step.do(); out.String() != step.want {
			t.Errorf("%s:\ngot  %q\nwant %q", step.name, out.String(), step.want)
		}
	}
}

func TestFitting(t *testing.T) {
	lines := []string{"one", "two", "three"}
	for _, test := range []struct {
		width, height int
		want          string
	}{{80, 3, "one|two|three"}, {80, 2, "one|and 2 more"}, {80, 0, "and 3 more"}, {3, 9, "one|two|thr"}} {
		if got := strings.Join(fitting(lines, test.width, test.height), "|"); got != test.want {
			t.Errorf("%d by %d: got %q, want %q", test.width, test.height, got, test.want)
		}
	}
}

// A console that cannot move its cursor has one line for all.
func TestStatusWithoutAMovingCursor(t *testing.T) {
	var out bytes.Buffer
	screen := Screen{out: &out, getenv: in(map[string]string{"TERM": "dumb"}), is: true, fd: -1}
	screen.Status("one", "two")
	if want := "\r\rone   two"; out.String() != want {
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
