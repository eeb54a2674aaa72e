package format

import (
	"strings"
	"unicode"
)

// ASCII converts clean text to ASCII, for screens that show nothing else.
func ASCII(text string) string { return ascii(text) }

// ascii converts clean text to ASCII: typographic characters become their nearest equivalents,
// all others question marks.
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
