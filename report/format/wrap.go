package format

import (
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Wrap breaks a text into lines of at most width columns, at spaces.
func Wrap(text string, width int) string { return strings.Join(wrap(text, width), "\n") }

// wrap breaks a cleaned text into lines of at most width columns, at spaces. A word that is too
// long is broken after a hyphen or else between letters, without inserting anything.
func wrap(text string, width int) []string {
	words := strings.Fields(text)
	if line := strings.Join(words, " "); line != "" && columns(line) <= width {
		return []string{line}
	}
	var lines []string
	line, used := "", 0
	for _, word := range words {
		needed := columns(word)
		if line != "" && used+1+needed <= width {
			line += " " + word
			used += 1 + needed
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line, used = word, needed; used > width; used = columns(line) {
			head := prefix(line, width)
			if head == line {
				break
			}
			if hyphen := strings.LastIndexByte(head, '-'); hyphen > 0 {
				head = head[:hyphen+1]
			}
			lines = append(lines, head)
			line = line[len(head):]
		}
	}
	if line == "" {
		return lines
	}
	return append(lines, line)
}

// WrapAroundAddresses is like wrap, but keeps a web address that is too long unbroken on its
// own line.
func WrapAroundAddresses(text string, width int) []string {
	var lines []string
	words := strings.Fields(text)
	start := 0
	for i, word := range words {
		if isAddress(word) && columns(word) > width {
			lines = append(lines, wrap(strings.Join(words[start:i], " "), width)...)
			lines = append(lines, word)
			start = i + 1
		}
	}
	return append(lines, wrap(strings.Join(words[start:], " "), width)...)
}

// prefix returns the longest prefix of text that fits into width columns, but at least one
// character.
func prefix(text string, width int) string {
	// The next letter tells whether the last one that fits has marks.
	if most := max(width, 1); isNarrow(text[:min(len(text), most+1)]) {
		return text[:min(len(text), most)]
	}
	end, used := 0, 0
	letters := displaywidth.StringGraphemes(text)
	for letters.Next() {
		if used += letters.Width(); used > width && end > 0 {
			break
		}
		end += len(letters.Value())
	}
	return text[:end]
}

// cut truncates text to width columns, ending in the ellipsis if anything was removed.
func cut(text string, width int, ellipsis string) string {
	if columns(text) <= width {
		return text
	}
	return strings.TrimRight(prefix(text, width-columns(ellipsis)), " ") + ellipsis
}

// DisplayWidth returns how many columns text takes on a screen.
func DisplayWidth(text string) int { return columns(text) }

// columns returns the display width of text.
func columns(text string) int {
	if isNarrow(text) {
		return len(text)
	}
	return displaywidth.String(text)
}

// isNarrow reports whether text is printable ASCII, each byte of which takes one column. Most text
// is, and telling so is ten times as fast as measuring it.
func isNarrow(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// pad pads text with spaces to width columns.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-columns(text)))
}

// isAddress reports whether a word is a web address, which must not be broken.
func isAddress(word string) bool {
	return strings.HasPrefix(word, "https://") || strings.HasPrefix(word, "http://")
}
