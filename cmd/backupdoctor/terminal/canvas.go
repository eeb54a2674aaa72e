package terminal

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// A canvas is the last lines of a terminal, which are redrawn as they change.
//
// Libraries for this query the terminal when a program starts, whatever its command, and wait
// for a reply that may not come. All that is needed here is to move up some lines and rewrite
// them.
type canvas struct {
	w     io.Writer
	lines []string // the lines drawn; the cursor is below them
	width int      // width of the terminal when they were drawn, in columns
}

// draw replaces the drawn lines. Each must be narrower than the terminal.
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
	out.WriteString("\x1b[J") // erase what was below
	io.WriteString(c.w, out.String())
	c.lines, c.width = lines, width
}

// rows returns how many terminal lines the canvas occupies: a terminal that was made narrower
// wraps lines that are too wide for it.
func (c *canvas) rows(width int) int {
	rows := 0
	for _, line := range c.lines {
		wide := displaywidth.Options{ControlSequences: true}.String(line)
		rows += max(1, (wide+width-1)/max(1, width))
	}
	return rows
}
