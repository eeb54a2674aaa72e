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
// character the device sent; those that could take hold of a terminal are written as \u
// escapes, which mean the same to a reader of JSON.
//
// It encodes one device after the other: a thousand of them take no more memory than one.
func WriteJSON(w io.Writer, r report.Report) error {
	devices := r.Devices
	r.Devices = []report.Device{}
	frame, err := encode(r, "", indent)
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	// No text holds a newline, and nothing but a field of the report has so small an indent.
	head, tail, _ := bytes.Cut(frame, []byte("\n  \"devices\": []"))
	chunks := [][]byte{head, []byte("\n  \"devices\": [")}
	for i, d := range devices {
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
	if len(devices) == 0 {
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

// indent is that of a document for people to read, too.
const indent = "  "

// encode is a value as JSON, of which every line but the first begins with prefix. Without an
// indent it is one line: what a device sent cannot end it.
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

// escapeHidden writes hidden characters of a JSON document as escapes. encoding/json has
// done so for ASCII control characters but DEL, and any other can only stand within a
// string.
func escapeHidden(document []byte) []byte {
	var escaped []byte
	kept := 0 // of the document, how much has been copied or escaped
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
