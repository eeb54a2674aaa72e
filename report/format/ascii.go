package format

import (
	"strings"
	"unicode"
)

// ascii spells a cleaned text in ASCII: the signs of typography by their nearest likes, and
// every other letter by a question mark.
func ascii(text string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return '?'
		}
		return r
	}, typography.Replace(text))
}

var typography = strings.NewReplacer(
	"’", "'", "‘", "'", "“", `"`, "”", `"`, "–", "-", "—", "-", "…", "...", "·", "-", "•", "-",
	"×", "x", "≤", "<=", "≥", ">=", "→", "->", "›", ">", "\u2011", "-",
)
