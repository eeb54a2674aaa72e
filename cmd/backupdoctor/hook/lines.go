package hook

import (
	"bytes"
	"fmt"
)

// How much of the output of one command is passed on, in bytes.
const (
	maxLine   = 1 << 10
	maxOutput = 64 << 10
)

// lines passes on what a command prints, a line at a time with a prefix. It takes everything,
// so that no command waits for it, and passes on no more than the bounds.
type lines struct {
	prefix string
	print  func(line string)
	line   []byte // the beginning of the line that is not yet ended
	cut    bool   // and that is longer
	passed int    // bytes so far
}

func (l *lines) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0 && l.passed <= maxOutput; {
		part, after, ended := bytes.Cut(rest, []byte("\n"))
		kept := part[:min(len(part), maxLine-len(l.line))]
		l.line = append(l.line, kept...)
		l.cut = l.cut || len(kept) < len(part)
		if ended {
			l.end()
		}
		rest = after
	}
	return len(p), nil
}

// end passes on a line.
func (l *lines) end() {
	text := short(string(l.line), maxLine)
	if l.cut {
		text += "…"
	}
	before := l.passed
	l.passed += len(l.line) + 1
	l.line, l.cut = l.line[:0], false
	switch {
	case l.passed <= maxOutput:
		l.print(l.prefix + text + "\n")
	case before <= maxOutput:
		l.print(fmt.Sprintf("%sthe rest of more than %d KiB of output is left out\n", l.prefix, maxOutput>>10))
	}
}

// close passes on a last line that was not ended.
func (l *lines) close() {
	if len(l.line) > 0 {
		l.end()
	}
}
