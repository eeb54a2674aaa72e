package device

import (
	"strings"
	"unicode"
)

// Quoted puts an untrusted text in quotation marks, so that it cannot be mistaken for this
// program's own words. Double quotation marks inside it become single ones, so the text
// cannot end its quotation. A text that is already quoted is returned unchanged.
func Quoted(text string) string {
	if text == "" || isQuoted(text) {
		return text
	}
	return "“" + innerMarks.Replace(text) + "”"
}

func isQuoted(text string) bool {
	inside, begins := strings.CutPrefix(text, "“")
	inside, ends := strings.CutSuffix(inside, "”")
	return begins && ends && innerMarks.Replace(inside) == inside
}

// innerMarks replaces characters that look like the end of a quotation.
var innerMarks = strings.NewReplacer("“", "‘", "”", "’", `"`, "'", "„", "‚", "‟", "‛", "＂", "'", "″", "′", "«", "‹", "»", "›")

// maxToken is the maximum length of a text that Token does not quote.
const maxToken = 64

// Token returns an ID, version or other name without spaces unchanged: one that has only
// ASCII letters, digits and the characters ,.:_+- and does not start with a hyphen. Any
// other text is quoted.
func Token(text string) string {
	other := strings.ContainsFunc(text, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(",.:_+-", r)
	})
	if other || len(text) > maxToken || strings.HasPrefix(text, "-") {
		return Quoted(text)
	}
	return text
}

// maxLabel is the maximum length of a text that Label does not quote.
const maxLabel = 64

// Label returns an ordinary name unchanged: letters, digits, spaces and common punctuation.
// A text with other characters, such as those of a shell command, is quoted. Use it only
// where a name is expected; use Quoted for a name in a sentence or a heading.
func Label(text string) string {
	other := strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.So) && !strings.ContainsRune(" '’,.·…:_+&#()-–?!", r)
	})
	if !strings.ContainsFunc(text, unicode.IsGraphic) {
		return text // invisible even in quotation marks
	}
	if other || len([]rune(text)) > maxLabel || strings.Contains(text, " -") {
		return Quoted(text)
	}
	return text
}
