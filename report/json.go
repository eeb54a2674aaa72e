package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
)

// WriteJSON writes the report as one indented JSON document and a newline. Texts keep every
// character the device sent; those that could take hold of a terminal are written as \u
// escapes, which mean the same to a reader of JSON.
func WriteJSON(w io.Writer, r Report) error { return writeDocument(w, r) }

func writeDocument(w io.Writer, document any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if _, err := w.Write(escapeHidden(text.Bytes())); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// escapeHidden writes hidden characters of a JSON document as escapes. encoding/json has
// done so for ASCII control characters, and any other can only stand within a string.
func escapeHidden(document []byte) []byte {
	escaped := make([]byte, 0, len(document))
	for _, r := range string(document) {
		if r == '\n' || !hidden(r) {
			escaped = append(escaped, string(r)...)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			escaped = fmt.Appendf(escaped, `\u%04x`, unit)
		}
	}
	return escaped
}
