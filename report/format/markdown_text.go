package format

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"

	"github.com/backupdoctor/backupdoctor/report"
)

// markdownSigns have a meaning anywhere in a line of Markdown, or in the dialects of GitHub and
// others: emphasis, code, links, HTML, table cells, mail addresses, attributes and formulas.
const markdownSigns = "\\`*_[]<|~@#{}$"

// markdownText cleans a text and escapes it for a line of Markdown. Only characters with a
// meaning in their place are escaped, so that the source stays readable.
func markdownText(text string) string {
	text = report.Clean(text)
	var escaped strings.Builder
	for i, r := range text {
		if strings.ContainsRune(markdownSigns, r) || beginsBlock(text, i) || beginsLink(text, i) || beginsEntity(text[i:]) {
			escaped.WriteByte('\\')
		}
		escaped.WriteRune(r)
	}
	return escaped.String()
}

// beginsBlock reports whether the character at i marks the start of the text as a list,
// quotation or definition: "- a", "1. a".
func beginsBlock(text string, i int) bool {
	switch text[i] {
	case '-', '+', '>', ':':
		return i == 0
	case '.', ')':
		return i > 0 && strings.Trim(text[:i], "0123456789") == ""
	}
	return false
}

// beginsLink reports whether the character at i would turn an address into a link: the colon
// of "https://" or the dot of "www.".
func beginsLink(text string, i int) bool {
	switch text[i] {
	case ':':
		return strings.HasPrefix(text[i:], "://")
	case '.':
		return i >= 3 && strings.EqualFold(text[i-3:i], "www")
	}
	return false
}

// beginsEntity reports whether a text may begin with an HTML entity: "&amp;".
func beginsEntity(text string) bool {
	return len(text) > 1 && text[0] == '&' && (text[1] == '#' || unicode.IsLetter(rune(text[1])))
}

// markdownLink returns a source as a link, or as plain text if it has no web address.
func markdownLink(s report.Source) string {
	if !webAddress.MatchString(s.URL) {
		return markdownText(strings.TrimSpace(s.Title + " " + s.URL))
	}
	return "[" + markdownText(cmp.Or(s.Title, s.URL)) + "](" + addressSigns.Replace(s.URL) + ")"
}

var webAddress = regexp.MustCompile(`^https?://[!-~]+$`)

// addressSigns escapes characters that would end an address or be changed in it.
var addressSigns = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "<", `\<`, ">", `\>`, "(", `\(`, ")", `\)`, "|", `\|`, "&", "&amp;",
)
