package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes a stranger's text safe for a terminal, on one line: control characters,
// escapes, bidirectional and invisible marks and whatever is not valid UTF-8 become U+FFFD,
// so that it shows that something was there; white space becomes a single space.
func clean(text string) string {
	visible := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case hidden(r):
			return utf8.RuneError
		default:
			return r
		}
	}, text)
	return strings.Join(strings.Fields(visible), " ")
}

// hidden reports whether a rune has no mark of its own and can change how a terminal shows
// the others. The joiner of emoji and the variation selectors are let through where clean
// judges them.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs, unicode.Co)
}
