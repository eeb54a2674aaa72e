package report

import (
	"strings"
	"unicode"
)

// maxMarks is the number of combining marks kept per letter. No language stacks more; without a
// limit, one letter could cover the lines above it.
const maxMarks = 4

// Clean makes untrusted text safe to print on one line of a terminal. It drops control
// characters, escape sequences, and bidirectional and invisible marks, collapses white space to
// single spaces, and replaces invalid UTF-8 with U+FFFD.
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

// Hidden reports whether a rune is invisible or changes how a terminal shows other runes:
// control and format characters, bidirectional controls, line separators, fillers, private use
// and noncharacters.
func Hidden(r rune) bool {
	if r <= unicode.MaxASCII {
		return r < ' ' || r == '\x7f'
	}
	return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}
