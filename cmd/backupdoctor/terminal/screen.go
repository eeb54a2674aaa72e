package terminal

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
	"github.com/clipperhouse/displaywidth"
	"golang.org/x/term"
)

// A Screen is the stream for messages, which may be a terminal. Messages, a status and the live
// view of a tray share it: messages go above the others, and while the view is shown, the status
// is part of it. It is safe for concurrent use.
type Screen struct {
	out    io.Writer
	getenv func(string) string
	fd     int
	is     bool // it is a terminal

	mu     sync.Mutex // locked before the view's mutex
	status []string   // the current lines of the status
	line   string     // the status as it is drawn, if it is one line
	canvas canvas     // the status as it is drawn, if it is several
	view   *View      // the live view; nil for none
}

// NewScreen returns a Screen that writes to out.
func NewScreen(out io.Writer, getenv func(string) string) *Screen {
	fd, is := Of(out)
	return &Screen{out: out, getenv: getenv, fd: fd, is: is, canvas: canvas{w: out}}
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
	write, status := s.out.Write, s.status
	if s.view != nil {
		write = s.view.write
	} else {
		s.draw(nil)
	}
	if _, err := write(shown); err != nil {
		return 0, err
	}
	if s.view == nil && bytes.HasSuffix(message, []byte("\n")) {
		s.draw(status)
	}
	return len(message), nil
}

// Status shows what is being done, a line for each text, replacing the previous status; no text or
// "" clears it. It is shown on terminals only. A text is cut to one line.
func (s *Screen) Status(lines ...string) {
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.view != nil:
		s.view.note(strings.Join(lines, "   "))
	case s.is:
		s.draw(lines)
	}
}

// draw replaces the status on a terminal without a view. s.mu must be held.
func (s *Screen) draw(lines []string) {
	several := lines
	if len(lines) < 2 || !s.movesCursor() {
		several = nil
	}
	if len(several) > 0 || len(s.canvas.lines) > 0 {
		width, height := s.size()
		s.canvas.draw(fitting(several, width-1, height-1), width)
	}
	line := ""
	if len(several) == 0 {
		line = strings.Join(lines, "   ")
	}
	if line != s.line {
		s.drawLine(line)
	}
	s.status = lines
}

// drawLine overwrites the old line with spaces: not every console supports the escape sequence that
// clears a line. \r returns to the start of the last line only, so the text is cut.
func (s *Screen) drawLine(text string) {
	text = displaywidth.TruncateString(text, max(1, s.Columns()-1), "")
	fmt.Fprintf(s.out, "\r%s\r%s", strings.Repeat(" ", displaywidth.String(s.line)), text)
	s.line = text
}

// fitting cuts lines to a width and a height; the last one then says how many are left out.
func fitting(lines []string, width, height int) []string {
	if more := len(lines) - max(1, height); more > 0 {
		kept := len(lines) - more - 1
		lines = append(slices.Clone(lines[:kept]), fmt.Sprintf("and %d more", more+1))
	}
	cut := make([]string, len(lines))
	for i, line := range lines {
		cut[i] = displaywidth.TruncateString(line, max(1, width), "")
	}
	return cut
}

// movesCursor reports whether lines above the last one can be drawn again.
func (s *Screen) movesCursor() bool { return s.getenv("TERM") != "dumb" && understandsEscapes(s.fd) }

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
	if !s.is || !s.movesCursor() {
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
