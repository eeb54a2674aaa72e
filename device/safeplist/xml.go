package safeplist

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/device"
)

// parseXML decodes an XML property list.
func parseXML(data []byte, limits Limits) (any, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	data = bytes.TrimLeft(data, " \t\r\n")
	if len(data) == 0 {
		return nil, device.Truncated
	}
	if data[0] != '<' {
		return nil, device.Malformed
	}
	r := xmlReader{rest: data, depth: limits.MaxDepth, elements: limits.MaxObjects}
	root, err := r.tag()
	if err != nil {
		return nil, err
	}
	if root.name != "plist" || root.kind != opens {
		return nil, device.Malformed
	}
	r.inRoot = true
	first, err := r.tag()
	if err != nil {
		return nil, err
	}
	if first.kind == closes {
		return nil, device.Malformed // a list without a value
	}
	value, err := r.value(first)
	if err != nil {
		return nil, err
	}
	end, err := r.tag()
	if err != nil {
		return nil, err
	}
	if end.kind != closes || end.name != "plist" {
		return nil, device.Malformed
	}
	return value, nil
}

// An xmlReader reads the elements of a property list in order.
type xmlReader struct {
	rest     []byte
	inRoot   bool
	depth    int // remaining nesting depth
	elements int // remaining number of elements
}

// A tag is a start tag, an end tag, or an empty-element tag.
type tag struct {
	name string
	kind tagKind
}

type tagKind int

const (
	opens tagKind = iota
	closes
	empty // <true/>
)

// tag skips text and reads the next tag.
func (r *xmlReader) tag() (tag, error) {
	_, t, err := r.until(false)
	return t, err
}

// until reads up to and including the next tag, and returns the text before it if wanted.
func (r *xmlReader) until(wanted bool) (text []byte, next tag, err error) {
	for {
		open := bytes.IndexByte(r.rest, '<')
		if open < 0 {
			return nil, tag{}, device.Truncated
		}
		if wanted {
			text = append(text, unescape(r.rest[:open])...)
		}
		r.rest = r.rest[open:]
		switch {
		case bytes.HasPrefix(r.rest, []byte("<?")):
			err = r.skip("<?", "?>")
		case bytes.HasPrefix(r.rest, []byte("<!--")):
			err = r.skip("<!--", "-->") // searched after the opening: "<!-->" is not a whole comment
		case bytes.HasPrefix(r.rest, []byte("<![CDATA[")):
			raw := r.rest[len("<![CDATA["):]
			if err = r.skip("<![CDATA[", "]]>"); err == nil && wanted {
				text = append(text, newlines(raw[:len(raw)-len(r.rest)-len("]]>")])...)
			}
		case bytes.HasPrefix(r.rest, []byte("<!")):
			err = r.docType()
		default:
			next, err = r.readTag()
			return text, next, err
		}
		if err != nil {
			return nil, tag{}, err
		}
	}
}

// skip skips markup that starts with open and ends with end.
func (r *xmlReader) skip(open, end string) error {
	at := bytes.Index(r.rest[len(open):], []byte(end))
	if at < 0 {
		return device.Truncated
	}
	r.rest = r.rest[len(open)+at+len(end):]
	return nil
}

// docType skips a DOCTYPE. An internal subset could define entities, and no device sends
// one.
func (r *xmlReader) docType() error {
	length := tagLength(r.rest)
	switch {
	case length == 0:
		return device.Truncated
	case !bytes.HasPrefix(r.rest, []byte("<!DOCTYPE")):
		return device.Malformed
	case r.inRoot, bytes.ContainsAny(r.rest[1:length], "<["):
		return device.Hostile
	}
	r.rest = r.rest[length:]
	return nil
}

// readTag reads the tag at the current position. It counts elements.
func (r *xmlReader) readTag() (tag, error) {
	length := tagLength(r.rest)
	if length == 0 {
		return tag{}, device.Truncated
	}
	inner := r.rest[1 : length-1]
	r.rest = r.rest[length:]
	var t tag
	switch {
	case bytes.HasPrefix(inner, []byte("/")):
		t.kind, inner = closes, inner[1:]
	case bytes.HasSuffix(inner, []byte("/")):
		t.kind, inner = empty, inner[:len(inner)-1]
	}
	if end := bytes.IndexAny(inner, " \t\r\n"); end >= 0 {
		inner = inner[:end]
	}
	t.name = string(inner)
	if t.kind != closes {
		if r.elements--; r.elements < 0 {
			return tag{}, device.Hostile
		}
	}
	return t, nil
}

// tagLength returns the length of the tag at the start of data, or 0 if it does not end. A
// > in quotes does not end a tag.
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

// value reads the element that a tag starts.
func (r *xmlReader) value(begin tag) (any, error) {
	switch begin.name {
	case "dict":
		return r.within(begin, r.dict)
	case "array":
		return r.within(begin, r.array)
	}
	text, sound, err := r.content(begin)
	if err != nil {
		return nil, err
	}
	if value, ok := scalar(begin.name, text); ok && sound {
		return value, nil
	}
	return undecodable{}, nil
}

// within calls read for a container, unless it is nested too deeply.
func (r *xmlReader) within(begin tag, read func(begin tag) (any, error)) (any, error) {
	if r.depth == 0 {
		return nil, device.Hostile
	}
	r.depth--
	defer func() { r.depth++ }()
	return read(begin)
}

// dict reads a dictionary. A key without a value gets an undecodable one, and a value
// without a key is skipped.
func (r *xmlReader) dict(begin tag) (any, error) {
	values := map[string]any{}
	key, pending := "", false
	for begin.kind != empty {
		next, err := r.tag()
		switch {
		case err != nil:
			return nil, err
		case next.kind == closes && next.name != begin.name:
			return nil, device.Malformed
		case pending && (next.kind == closes || next.name == "key"):
			values[key] = undecodable{}
		}
		if next.kind == closes {
			break
		}
		if next.name == "key" {
			text, _, err := r.content(next)
			if err != nil {
				return nil, err
			}
			key, pending = string(text), true
			continue
		}
		value, err := r.value(next)
		if err != nil {
			return nil, err
		}
		if pending {
			values[key] = value
		}
		pending = false
	}
	if number, ok := values["CF$UID"].(uint64); ok && len(values) == 1 {
		return UID(number), nil
	}
	return values, nil
}

func (r *xmlReader) array(begin tag) (any, error) {
	values := []any{}
	for begin.kind != empty {
		next, err := r.tag()
		switch {
		case err != nil:
			return nil, err
		case next.kind == closes && next.name != begin.name:
			return nil, device.Malformed
		}
		if next.kind == closes {
			break
		}
		value, err := r.value(next)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

// content reads the text of an element up to its end tag. sound is false if the element has
// child elements, which are skipped.
func (r *xmlReader) content(begin tag) (text []byte, sound bool, err error) {
	if begin.kind == empty {
		return nil, true, nil
	}
	sound = true
	for open := []string{begin.name}; len(open) > 0; {
		piece, next, err := r.until(true)
		if err != nil {
			return nil, false, err
		}
		text = append(text, piece...)
		switch {
		case next.kind == opens && len(open) > r.depth:
			return nil, false, device.Hostile
		case next.kind == opens:
			open = append(open, next.name)
		case next.kind == closes && next.name != open[len(open)-1]:
			return nil, false, device.Malformed
		case next.kind == closes:
			open = open[:len(open)-1]
			continue
		}
		sound = false
	}
	return text, sound, nil
}

// scalar decodes the text of an element.
func scalar(element string, text []byte) (value any, ok bool) {
	var err error
	switch element {
	case "string":
		return string(text), true
	case "true", "false":
		return element == "true", true
	case "integer":
		value, err = integer(strings.TrimSpace(string(text)))
	case "real":
		value, err = strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
	case "date":
		value, err = time.Parse(time.RFC3339, strings.TrimSpace(string(text)))
	case "data":
		value, err = base64.StdEncoding.AppendDecode([]byte{}, bytes.Join(bytes.Fields(text), nil))
	default:
		return nil, false
	}
	return value, err == nil
}

// integer parses a decimal number, or a hexadecimal one with the prefix 0x, with an
// optional sign: as int64 if there is a minus sign, otherwise as uint64.
func integer(text string) (any, error) {
	digits, minus := strings.CutPrefix(text, "-")
	if !minus {
		digits = strings.TrimPrefix(text, "+")
	}
	base := 10
	if hex := strings.TrimPrefix(strings.TrimPrefix(digits, "0x"), "0X"); hex != digits {
		digits, base = hex, 16
	}
	if minus {
		return strconv.ParseInt("-"+digits, base, 64)
	}
	return strconv.ParseUint(digits, base, 64)
}

// unescape replaces character references. Invalid ones are left unchanged.
func unescape(text []byte) []byte {
	text = newlines(text)
	if bytes.IndexByte(text, '&') < 0 {
		return text
	}
	var plain []byte
	for {
		at := bytes.IndexByte(text, '&')
		if at < 0 {
			return append(plain, text...)
		}
		plain, text = append(plain, text[:at]...), text[at:]
		const longest = len("&#x10FFFF;")
		end := bytes.IndexByte(text[:min(len(text), longest)], ';')
		r, ok := rune(0), false
		if end > 0 {
			r, ok = character(string(text[1:end]))
		}
		if !ok {
			plain, text = append(plain, '&'), text[1:]
			continue
		}
		plain, text = utf8.AppendRune(plain, r), text[end+1:]
	}
}

// character returns the character that a reference names.
func character(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	number, numeric := strings.CutPrefix(name, "#")
	if !numeric {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(number, "x"); ok {
		number, base = hex, 16
	}
	r, err := strconv.ParseUint(number, base, 31)
	return rune(r), err == nil
}

// newlines normalizes line breaks as XML requires.
func newlines(text []byte) []byte {
	if bytes.IndexByte(text, '\r') < 0 {
		return text
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}
