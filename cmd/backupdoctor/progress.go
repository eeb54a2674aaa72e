package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
)

// A statusLine is a line of the terminal that overwrites itself.
type statusLine struct {
	w    io.Writer
	text string // what stands there
}

// statusLine is on stderr if that is a terminal, and else nowhere.
func (s surroundings) statusLine() *statusLine {
	if _, ok := terminalOf(s.stderr); !ok {
		return &statusLine{w: io.Discard}
	}
	return &statusLine{w: s.stderr}
}

// show puts blanks over what stands there and writes text: not every console knows the
// escape sequence that wipes a line.
func (l *statusLine) show(text string) {
	fmt.Fprintf(l.w, "\r%s\r%s", strings.Repeat(" ", len(l.text)), text)
	l.text = text
}

// progress counts the devices that are finished.
type progress struct {
	total int
	mu    sync.Mutex
	done  int
	line  *statusLine
}

// step says that one more device is finished; with the last the line is wiped.
func (p *progress) step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.done == p.total {
		p.line.show("")
		return
	}
	p.line.show(fmt.Sprintf("examined %d of %s", p.done, countOf(p.total)))
}

func countOf(devices int) string {
	if devices == 1 {
		return "1 device"
	}
	return fmt.Sprintf("%d devices", devices)
}
