package report

import (
	"strings"
	"unicode"
)

// maxMarks is how many combining marks one letter keeps. No language stacks more; without
// a bound one "letter" could bury the lines above it.
const maxMarks = 4

// Clean makes a stranger's text safe for a terminal, on one line: control characters,
// escapes, bidirectional and invisible marks are dropped, white space becomes single spaces,
// and bytes that are no UTF-8 become U+FFFD.
func Clean(text string) string {
	marks := 0
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case Hidden(r):
			return -1
		case !unicode.Is(unicode.M, r):
			marks = 0
			return r
		}
		if marks++; marks > maxMarks {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(visible), " ")
}

// Hidden reports whether a rune has no mark of its own, or can change how a terminal shows
// the others: control and format characters, bidirectional controls, separators of lines,
// fillers, private use, and what Unicode keeps out of texts altogether.
func Hidden(r rune) bool {
	if r <= unicode.MaxASCII {
		return r < ' ' || r == '\x7f'
	}
	return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}
