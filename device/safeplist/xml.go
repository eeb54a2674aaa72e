package safeplist

import (
	"bytes"

	"github.com/backupdoctor/backupdoctor/device"
)

// checkXML counts the elements of an XML property list and how deep they nest. Where it
// differs from encoding/xml, which reads the list after it, it is the stricter of the
// two: nothing that one sees as an element may look like a comment to the other.
func checkXML(data []byte, limits Limits) error {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	data = bytes.TrimLeft(data, " \t\r\n")
	if len(data) == 0 {
		return device.Truncated
	}
	if data[0] != '<' {
		return device.Malformed
	}
	depth, elements := 0, 0
	for {
		tag, rest := nextTag(data)
		if tag == nil {
			return device.Truncated
		}
		data = rest
		switch {
		case tag[1] == '?':
		case tag[1] == '!':
			// A DOCTYPE with declarations of its own can hide elements; no device sends one.
			if bytes.HasPrefix(tag, []byte("<!DOCTYPE")) && (depth > 0 || bytes.ContainsAny(tag[1:], "<[")) {
				return device.Hostile
			}
			if !bytes.HasPrefix(tag, []byte("<!DOCTYPE")) && !bytes.HasPrefix(tag, []byte("<!--")) && !bytes.HasPrefix(tag, []byte("<![CDATA[")) {
				return device.Malformed
			}
		case tag[1] == '/':
			if depth--; depth < 0 {
				return device.Malformed
			}
			if depth == 0 {
				return nil
			}
		default:
			if depth == 0 && !isRoot(tag) {
				return device.Malformed
			}
			if elements++; elements > limits.MaxObjects {
				return device.Hostile
			}
			if tag[len(tag)-2] == '/' {
				if depth == 0 {
					return device.Malformed // a list without a value
				}
				continue
			}
			// The element plist and the value in the innermost container are none themselves.
			if depth++; depth > limits.MaxDepth+2 {
				return device.Hostile
			}
		}
	}
}

// nextTag is the next tag, comment, declaration or CDATA section, and what follows it. The
// tag is nil if there is none, or one that does not end.
func nextTag(data []byte) (tag, rest []byte) {
	open := bytes.IndexByte(data, '<')
	if open < 0 {
		return nil, nil
	}
	data = data[open:]
	var length int
	switch {
	case bytes.HasPrefix(data, []byte("<?")):
		length = lengthTo(data, "?>")
	case bytes.HasPrefix(data, []byte("<!--")):
		// Looked for beyond the opening four bytes: "<!-->" does not end there.
		if length = lengthTo(data[4:], "-->"); length > 0 {
			length += 4
		}
	case bytes.HasPrefix(data, []byte("<![CDATA[")):
		length = lengthTo(data, "]]>")
	default:
		length = tagLength(data)
	}
	if length <= 0 {
		return nil, nil
	}
	return data[:length], data[length:]
}

// lengthTo is the number of bytes up to and including end, or 0 if it is not there.
func lengthTo(data []byte, end string) int {
	if at := bytes.Index(data, []byte(end)); at >= 0 {
		return at + len(end)
	}
	return 0
}

// tagLength is the number of bytes of the tag that data begins with, or 0 if it does not
// end. A > in quotes does not end it.
func tagLength(data []byte) int {
	var quote byte
	for i, c := range data {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return 0
}

// isRoot reports whether tag opens the element plist.
func isRoot(tag []byte) bool {
	name, found := bytes.CutPrefix(tag, []byte("<plist"))
	return found && bytes.IndexByte([]byte(" \t\r\n/>"), name[0]) >= 0
}
