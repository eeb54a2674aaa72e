package device

import (
	"strings"
	"unicode"
)

// Quoted puts a text from outside into quotation marks, so that it cannot be read as words
// of this program. Marks inside become single ones: the text cannot end its quotation. One
// that is quoted already stays as it is.
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

// innerMarks are what a reader may take for the end of a quotation.
var innerMarks = strings.NewReplacer("“", "‘", "”", "’", `"`, "'", "„", "‚", "‟", "‛", "＂", "'", "″", "′", "«", "‹", "»", "›")

// maxToken is the longest text that Token takes for a token.
const maxToken = 64

// Token gives an id, a version or another name without spaces as it is: letters and digits
// of ASCII, and the signs , . : _ + - between them. Any other text is quoted.
func Token(text string) string {
	other := strings.ContainsFunc(text, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(",.:_+-", r)
	})
	if other || len(text) > maxToken || strings.HasPrefix(text, "-") {
		return Quoted(text)
	}
	return text
}

// maxLabel is the longest text that Label takes for a name.
const maxLabel = 64

// Label gives a name as people give them as it is: letters, digits, spaces and a few signs.
// A text with other signs, as a command has them, is quoted. It is for places that are known
// to hold a name: in a sentence or a heading a name is Quoted.
func Label(text string) string {
	other := strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.So) && !strings.ContainsRune(" '’,.·…:_+&#()-–?!", r)
	})
	if !strings.ContainsFunc(text, unicode.IsGraphic) {
		return text // nothing of it is shown, not even in quotation marks
	}
	if other || len([]rune(text)) > maxLabel || strings.Contains(text, " -") {
		return Quoted(text)
	}
	return text
}
