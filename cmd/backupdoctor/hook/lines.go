package hook

import (
	"bytes"
	"fmt"
)

// Limits on the forwarded output of one command, in bytes.
const (
	maxLine   = 1 << 10
	maxOutput = 64 << 10
)

// lines forwards the output of a command line by line, with a prefix. It accepts all output, so
// that the command never blocks, but forwards no more than the limits.
type lines struct {
	prefix string
	print  func(line string)
	line   []byte // start of the current line
	cut    bool   // the current line exceeds the limit
	passed int    // bytes forwarded so far
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

// end forwards the current line.
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

// close forwards a last line without a line break.
func (l *lines) close() {
	if len(l.line) > 0 {
		l.end()
	}
}
