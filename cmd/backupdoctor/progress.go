package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// A statusLine is a line of the terminal that overwrites itself.
type statusLine struct {
	w    io.Writer
	text string       // what stands there
	note func(string) // where the text goes instead; nil if it goes to w
}

// statusLine is on stderr if that is a terminal, and else nowhere. While a view of the tray
// stands there it is a part of that.
func (s surroundings) statusLine() *statusLine {
	if _, ok := terminalOf(s.stderr); !ok {
		return &statusLine{w: io.Discard, note: s.note}
	}
	return &statusLine{w: s.stderr, note: s.note}
}

// show puts blanks over what stands there and writes text: not every console knows the
// escape sequence that wipes a line.
func (l *statusLine) show(text string) {
	if l.note != nil {
		l.note(text)
		return
	}
	fmt.Fprintf(l.w, "\r%s\r%s", strings.Repeat(" ", len(l.text)), text)
	l.text = text
}

// lineByLine tells of each finished device on a line of stderr, where that is no terminal
// that could show the whole tray. A replay is over before anybody could read it.
func (sc scan) lineByLine() func(report.Event) {
	if _, terminal := terminalOf(sc.stderr); terminal || sc.quiet || sc.from != "" || sc.noUSB || sc.subject == report.OfBackups {
		return nil
	}
	total, done := 0, 0
	return func(e report.Event) {
		switch {
		case e.Type == report.RunStart && e.Total != nil:
			total = *e.Total
		case e.Type == report.DeviceDone:
			done++
			fmt.Fprintln(sc.stderr, format.Line(*e.Device, done, total, format.Options{UTF8: sc.utf8On()}))
		}
	}
}

func countOf(devices int) string {
	if devices == 1 {
		return "1 device"
	}
	return fmt.Sprintf("%d devices", devices)
}
