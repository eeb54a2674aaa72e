package terminal

import (
	"bytes"
	"testing"
)

func TestCanvas(t *testing.T) {
	var screen bytes.Buffer
	c := canvas{w: &screen}
	for _, step := range []struct {
		name  string
		lines []string
		width int
		want  string
	}{
		{"first", []string{"one", "two"}, 80, "\rone\x1b[K\ntwo\x1b[K\n\x1b[J"},
		{"nothing new", []string{"one", "two"}, 80, ""},
		{"one line new", []string{"one", "zwei"}, 80, "\x1b[2A\r\nzwei\x1b[K\n\x1b[J"},
		{"longer", []string{"one", "zwei", "three"}, 80, "\x1b[2A\r\n\nthree\x1b[K\n\x1b[J"},
		{"shorter", []string{"one"}, 80, "\x1b[3A\r\n\x1b[J"},
		{"wide, in colour", []string{"\x1b[32m0123456789\x1b[0m"}, 80, "\x1b[1A\r\x1b[32m0123456789\x1b[0m\x1b[K\n\x1b[J"},
		{"the terminal is made narrower, which breaks the line in three", []string{"0123"}, 4, "\x1b[3A\r0123\x1b[K\n\x1b[J"},
		{"wiped", nil, 4, "\x1b[1A\r\x1b[J"},
	} {
		screen.Reset()
		if c.draw(step.lines, step.width); screen.String() != step.want {
			t.Errorf("%s:\ngot  %q\nwant %q", step.name, screen.String(), step.want)
		}
	}
}
