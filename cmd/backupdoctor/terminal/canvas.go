package terminal

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// A canvas is the last lines of a terminal, which are drawn over as they change.
//
// The libraries for this ask the terminal about itself when a program starts, whatever its
// command, and wait for an answer that may not come. All that is needed here is to go up
// some lines and rewrite them.
type canvas struct {
	w     io.Writer
	lines []string // that stand there; the cursor is below them
	width int      // of the terminal when they were drawn, in columns
}

// draw puts lines in place of those that stand there. None may be as wide as the terminal.
func (c *canvas) draw(lines []string, width int) {
	if width == c.width && slices.Equal(lines, c.lines) {
		return
	}
	var out strings.Builder
	if up := c.rows(width); up > 0 {
		fmt.Fprintf(&out, "\x1b[%dA", up)
	}
	out.WriteString("\r")
	for i, line := range lines {
		if width != c.width || i >= len(c.lines) || line != c.lines[i] {
			out.WriteString(line + "\x1b[K")
		}
		out.WriteString("\n")
	}
	out.WriteString("\x1b[J") // what was below
	io.WriteString(c.w, out.String())
	c.lines, c.width = lines, width
}

// rows is how many lines of the terminal the canvas takes: a terminal that was made
// narrower has broken those that are too wide for it.
func (c *canvas) rows(width int) int {
	rows := 0
	for _, line := range c.lines {
		wide := displaywidth.Options{ControlSequences: true}.String(line)
		rows += max(1, (wide+width-1)/max(1, width))
	}
	return rows
}
