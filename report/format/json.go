package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/report"
)

// WriteJSON writes the report as one indented JSON document and a newline. Texts keep every
// character the device sent; those that could control a terminal are written as \u escapes,
// which JSON readers decode to the same text.
//
// Devices are encoded one at a time, so that a thousand need no more memory than one.
func WriteJSON(w io.Writer, r report.Report) error {
	empty := r
	empty.Devices = []report.Device{}
	frame, err := encode(empty, "", indent)
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	// This match is safe: texts contain no newlines, and only fields of the report are indented
	// so little.
	head, tail, _ := bytes.Cut(frame, []byte("\n  \"devices\": []"))
	chunks := [][]byte{head, []byte("\n  \"devices\": [")}
	for i, d := range r.All() {
		document, err := encode(d, "    ", indent)
		if err != nil {
			return fmt.Errorf("writing the report: %w", err)
		}
		separator := ",\n    "
		if i == 0 {
			separator = "\n    "
		}
		if err := write(w, append(chunks, []byte(separator), document)...); err != nil {
			return err
		}
		chunks = nil
	}
	end := "\n  ]"
	if len(r.Devices) == 0 {
		end = "]"
	}
	return write(w, append(chunks, []byte(end), tail, []byte("\n"))...)
}

// WriteDocument writes a value as one indented JSON document and a newline.
func WriteDocument(w io.Writer, value any) error {
	document, err := encode(value, "", indent)
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return write(w, document, []byte("\n"))
}

// indent is the indentation of JSON that people may also read.
const indent = "  "

// encode returns a value as JSON. Every line but the first begins with prefix. Without an
// indent the result is one line, which text from a device cannot break.
func encode(value any, prefix, indent string) ([]byte, error) {
	var document bytes.Buffer
	encoder := json.NewEncoder(&document)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(prefix, indent)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return escapeHidden(bytes.TrimSuffix(document.Bytes(), []byte("\n"))), nil
}

func write(w io.Writer, chunks ...[]byte) error {
	for _, chunk := range chunks {
		if _, err := w.Write(chunk); err != nil {
			return writing(err)
		}
	}
	return nil
}

// escapeHidden escapes the hidden characters of a JSON document. encoding/json already escapes
// the ASCII control characters except DEL, and other hidden characters only occur in strings.
func escapeHidden(document []byte) []byte {
	var escaped []byte
	kept := 0 // bytes of document already copied or escaped
	for at := 0; at < len(document); {
		r, size := rune(document[at]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(document[at:])
		}
		if r == unicode.MaxASCII || r > unicode.MaxASCII && report.Hidden(r) {
			escaped = append(escaped, document[kept:at]...)
			for _, unit := range utf16.Encode([]rune{r}) {
				escaped = fmt.Appendf(escaped, `\u%04x`, unit)
			}
			kept = at + size
		}
		at += size
	}
	if kept == 0 {
		return document
	}
	return append(escaped, document[kept:]...)
}
