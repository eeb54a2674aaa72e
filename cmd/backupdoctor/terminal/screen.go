package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/clipperhouse/displaywidth"
	"golang.org/x/term"
)

// A Screen is the stream for messages, which may be a terminal. Messages, a status line and the
// live view of a tray share it: while the view is shown, messages go above it and the status
// line is part of it. It is safe for concurrent use.
type Screen struct {
	out    io.Writer
	getenv func(string) string
	fd     int
	is     bool // it is a terminal

	mu     sync.Mutex // locked before the view's mutex
	status string     // current text of the status line
	view   *View      // the live view; nil for none
}

// NewScreen returns a Screen that writes to out.
func NewScreen(out io.Writer, getenv func(string) string) *Screen {
	fd, is := Of(out)
	return &Screen{out: out, getenv: getenv, fd: fd, is: is}
}

// IsTerminal reports whether the screen is a terminal.
func (s *Screen) IsTerminal() bool { return s.is }

// Columns returns the width of the screen.
func (s *Screen) Columns() int { return Width(s.out, s.getenv, 0) }

// UTF8 reports whether more than ASCII can be shown.
func (s *Screen) UTF8() bool { return UTF8(s.getenv) }

// Write prints a message. On a terminal its lines are wrapped at words.
func (s *Screen) Write(message []byte) (int, error) {
	shown := message
	if s.is {
		shown = []byte(wrapped(string(message), s.Columns()))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	write := s.out.Write
	if s.view != nil {
		write = s.view.write
	}
	if _, err := write(shown); err != nil {
		return 0, err
	}
	return len(message), nil
}

// Status shows what is being done, replacing the previous status; "" clears it. It is shown on
// terminals only. The old text is overwritten with spaces: not every console supports the
// escape sequence that clears a line. A text is cut to one line, because \r returns to the start of
// the last line only.
func (s *Screen) Status(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.view != nil:
		s.view.note(text)
	case s.is:
		text = displaywidth.TruncateString(text, max(1, s.Columns()-1), "")
		fmt.Fprintf(s.out, "\r%s\r%s", strings.Repeat(" ", displaywidth.String(s.status)), text)
		s.status = text
	}
}

// Note shows a text below the live view, if there is one.
func (s *Screen) Note(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.view != nil {
		s.view.note(text)
	}
}

// ShowTray shows the live view of a tray until CloseView is called, if the screen supports
// drawing.
func (s *Screen) ShowTray() {
	if !s.is || s.getenv("TERM") == "dumb" || !understandsEscapes(s.fd) {
		return
	}
	view := newView(s.out, format.Options{Color: Color(s.out, s.getenv, "auto"), UTF8: s.UTF8(), Zone: time.Local}, s.size)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.view = view
	view.begin()
}

// Hear passes an event of the run to the live view.
func (s *Screen) Hear(e report.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.view != nil {
		s.view.hear(e)
	}
}

// CloseView clears the live view, if there is one.
func (s *Screen) CloseView() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.view != nil {
		s.view.close()
		s.view = nil
	}
}

// size returns the size of the terminal, in columns and lines.
func (s *Screen) size() (width, height int) {
	width, height, err := term.GetSize(s.fd)
	if err != nil || width <= 0 || height <= 0 {
		return 80, 24
	}
	return width, height
}
