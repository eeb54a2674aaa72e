package format

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"

	"github.com/backupdoctor/backupdoctor/report"
)

// markdownSigns mean something wherever they stand in Markdown, or in the kinds of it that
// GitHub and others read: emphasis, code, links, HTML, cells, mail addresses, attributes,
// formulas.
const markdownSigns = "\\`*_[]<|~@#{}$"

// markdownText makes a text stand in a line of Markdown as what it is: cleaned, and with a
// backslash before each sign that would be more than itself. Most are left alone, so that
// the document can be read as it is.
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

// beginsBlock reports whether the sign at i makes a list, a quotation or a definition of
// what begins with it: "- a", "1. a".
func beginsBlock(text string, i int) bool {
	switch text[i] {
	case '-', '+', '>', ':':
		return i == 0
	case '.', ')':
		return i > 0 && strings.Trim(text[:i], "0123456789") == ""
	}
	return false
}

// beginsLink reports whether the sign at i is what an address is known by that becomes a
// link by itself: the colon of "https://" or the point of "www.".
func beginsLink(text string, i int) bool {
	switch text[i] {
	case ':':
		return strings.HasPrefix(text[i:], "://")
	case '.':
		return i >= 3 && strings.EqualFold(text[i-3:i], "www")
	}
	return false
}

// beginsEntity reports whether a text begins with what may be an entity of HTML: "&amp;".
func beginsEntity(text string) bool {
	return len(text) > 1 && text[0] == '&' && (text[1] == '#' || unicode.IsLetter(rune(text[1])))
}

// markdownLink is a source under its address, if it has one that leads into the web.
func markdownLink(s report.Source) string {
	if !webAddress.MatchString(s.URL) {
		return markdownText(strings.TrimSpace(s.Title + " " + s.URL))
	}
	return "[" + markdownText(cmp.Or(s.Title, s.URL)) + "](" + addressSigns.Replace(s.URL) + ")"
}

var webAddress = regexp.MustCompile(`^https?://[!-~]+$`)

// addressSigns escapes what could end an address, or be changed in it.
var addressSigns = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "<", `\<`, ">", `\>`, "(", `\(`, ")", `\)`, "|", `\|`, "&", "&amp;",
)
