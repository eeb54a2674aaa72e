package safeplist

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/backupdoctor/backupdoctor/device"
)

// Size limits of a binary list, and of an XML list in UTF-16, in ParseKeys. Unlike other XML lists,
// these are held in memory as a whole.
const (
	maxBinaryKeys = 16 << 20
	maxUTF16      = 4 << 20
)

// maxWanted limits the wanted part of an XML list, in bytes.
const maxWanted = 4 << 20

// maxTag limits a tag, comment or CDATA section of a streamed XML list, in bytes.
const maxTag = 1 << 20

// readers are pooled: a folder may hold thousands of backups, each with three lists.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 8<<10) }}

// ParseKeys is like [Parse], but decodes only some keys of the dictionary. Others are
// removed before decoding, and those of an XML list are never held in memory. So a list of
// many megabytes, such as the Info.plist of a backup with an icon for each app, costs only
// as much as its wanted keys. Removed values are not validated, except that those of an
// XML list must end.
//
// Limits.MaxBytes applies to the whole list, the other limits to the wanted keys. An error
// of r is returned unchanged.
func ParseKeys(r io.Reader, limits Limits, keys ...string) (Dict, error) {
	limits = limits.withDefaults()
	in := readers.Get().(*bufio.Reader)
	in.Reset(io.LimitReader(r, int64(limits.MaxBytes)+1))
	defer func() {
		in.Reset(nil)
		readers.Put(in)
	}()
	if magic, _ := in.Peek(len("bplist0")); string(magic) == "bplist0" {
		return parseBinaryKeys(in, limits, keys)
	}
	if mark, _ := in.Peek(2); isUTF16(mark) {
		data, err := readBounded(in, min(limits.MaxBytes, maxUTF16))
		if err != nil {
			return nil, err
		}
		in.Reset(bytes.NewReader(fromUTF16(data)))
	}
	filter := keyFilter{in: in, keys: keys, left: limits.MaxBytes}
	if err := filter.run(); err != nil {
		return nil, err
	}
	return Parse(filter.kept, limits)
}

func parseBinaryKeys(r io.Reader, limits Limits, keys []string) (Dict, error) {
	data, err := readBounded(r, min(limits.MaxBytes, maxBinaryKeys))
	if err != nil {
		return nil, err
	}
	return dictOf(parseBinary(data, limits, func(key string) bool { return slices.Contains(keys, key) }))
}

// readBounded reads a list that cannot be streamed.
func readBounded(r io.Reader, most int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err == nil && len(data) > most {
		err = device.Oversized
	}
	return data, err
}

// A keyFilter copies an XML list without the unwanted keys of its outermost dictionary. A
// list without such a dictionary is copied unchanged.
type keyFilter struct {
	in   *bufio.Reader
	keys []string
	left int    // remaining bytes that may be read
	kept []byte // the filtered list

	depth   int    // 1 in the plist element, 2 in its dictionary
	whole   bool   // there is no such dictionary
	copying bool   // in a wanted element, or outside the dictionary
	element int    // start in kept of the element being copied
	key     string // most recent key of the dictionary
	buffer  []byte // used by tag
}

func (f *keyFilter) run() error {
	f.copying = true
	for {
		if err := f.text(); err != nil {
			return err
		}
		tag, err := f.tag()
		if err != nil {
			return err
		}
		f.take(tag)
		switch {
		case f.depth <= 0 && tag[1] == '/':
			return nil
		case len(f.kept) > maxWanted:
			return device.Oversized
		}
	}
}

// text reads up to the next tag.
func (f *keyFilter) text() error {
	for {
		piece, err := f.in.ReadSlice('<')
		if err == nil {
			piece = piece[:len(piece)-1]
			_ = f.in.UnreadByte()
		}
		if f.left -= len(piece); f.left < 0 {
			return device.Oversized
		}
		if f.copying {
			f.kept = append(f.kept, piece...)
		}
		switch {
		case err == nil:
			return nil
		case len(f.kept) > maxWanted:
			return device.Oversized
		case errors.Is(err, io.EOF) && f.depth == 0:
			_, err := Parse(f.kept, Limits{})
			return cmp.Or[error](err, device.Truncated) // Parse says if it is no property list at all
		case errors.Is(err, io.EOF):
			return device.Truncated
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// markup lists the markup that does not end at the first > outside quotes.
var markup = []struct{ start, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}}

// tag reads the next tag, comment, declaration or CDATA section, which starts at the
// current position. The result is valid until the next call.
func (f *keyFilter) tag() ([]byte, error) {
	start, _ := f.in.Peek(len("<![CDATA["))
	ended := f.tagEnds()
	for _, m := range markup {
		if bytes.HasPrefix(start, []byte(m.start)) {
			ended = func(byte) bool {
				return len(f.buffer) >= len(m.start)+len(m.end) && bytes.HasSuffix(f.buffer, []byte(m.end))
			}
			break
		}
	}
	for f.buffer = f.buffer[:0]; ; {
		c, err := f.in.ReadByte()
		switch f.left--; {
		case errors.Is(err, io.EOF):
			return nil, device.Truncated
		case err != nil:
			return nil, err
		case f.left < 0:
			return nil, device.Oversized
		case len(f.buffer) == maxTag:
			return nil, device.Hostile
		}
		if f.buffer = append(f.buffer, c); ended(c) {
			return f.buffer, nil
		}
	}
}

// tagEnds returns a function that takes the bytes of a tag in order, and reports whether
// the given one is the last.
func (f *keyFilter) tagEnds() func(byte) bool {
	var quote byte
	return func(c byte) bool {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		}
		return c == '>' && quote == 0
	}
}

// take copies or drops a tag.
func (f *keyFilter) take(tag []byte) {
	closes := tag[1] == '/'
	opens := !closes && tag[1] != '?' && tag[1] != '!'
	empty := opens && tag[len(tag)-2] == '/'
	switch {
	case f.whole:
	case opens && f.depth == 2: // an element of the dictionary
		f.copying = name(tag) == "key" || slices.Contains(f.keys, f.key)
		f.element = len(f.kept)
	case closes && f.depth == 2:
		f.copying = true
	}
	if f.copying {
		f.kept = append(f.kept, tag...)
	}
	switch {
	case opens && !empty:
		f.depth++
		f.whole = f.whole || f.depth == 2 && name(tag) != "dict"
	case closes:
		f.depth--
	}
	if f.depth == 2 && !f.whole {
		if f.copying && (empty || closes) {
			f.end()
		}
		f.copying = false
	}
}

// end finishes an element of the dictionary. It removes an unwanted key from kept.
func (f *keyFilter) end() {
	if element := f.kept[f.element:]; name(element) == "key" {
		f.key = textOf(element)
		if !slices.Contains(f.keys, f.key) {
			f.kept = f.kept[:f.element]
		}
	}
}

// name returns the element name of an opening tag.
func name(tag []byte) string {
	end := bytes.IndexAny(tag, " \t\r\n/>")
	if end < 1 {
		return ""
	}
	return string(tag[1:end])
}

// textOf returns the raw text of an element without child elements.
func textOf(element []byte) string {
	_, text, _ := bytes.Cut(element, []byte(">"))
	text, _, _ = bytes.Cut(text, []byte("<"))
	return string(text)
}
