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

// maxBinaryKeys bounds a binary list of which only some keys are wanted. Unlike an XML list
// it is held in memory as a whole.
const maxBinaryKeys = 16 << 20

// maxWanted bounds what is wanted of an XML list, in bytes.
const maxWanted = 4 << 20

// maxTag bounds one tag, comment or CDATA section of an XML list that is read in pieces.
const maxTag = 1 << 20

// readers are used again: a place may hold thousands of backups, each with three lists.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 8<<10) }}

// ParseKeys is [Parse] of a dictionary of which only some keys are wanted. The others are
// left out before anything is decoded, and of an XML list they are never held in memory: a
// list of many megabytes, such as the Info.plist of a backup with an icon for each app,
// costs what is wanted of it. What is left out is not checked, beyond that it ends.
//
// Limits.MaxBytes bounds all of the list, the other limits what is wanted. An error of r is
// returned as it is.
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
	filter := keyFilter{in: in, keys: keys, left: limits.MaxBytes}
	if err := filter.run(); err != nil {
		return nil, err
	}
	return Parse(filter.kept, limits)
}

func parseBinaryKeys(r io.Reader, limits Limits, keys []string) (Dict, error) {
	most := min(limits.MaxBytes, maxBinaryKeys)
	data, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > most {
		return nil, device.Oversized
	}
	return dictOf(parseBinary(data, limits, func(key string) bool { return slices.Contains(keys, key) }))
}

// A keyFilter copies an XML list in pieces and leaves out what is not wanted of its
// outermost dictionary. A list without such a dictionary is copied as it is.
type keyFilter struct {
	in   *bufio.Reader
	keys []string
	left int    // bytes that may still be read
	kept []byte // what is wanted

	depth   int    // 1 within the element plist, 2 within its dictionary
	whole   bool   // there is no such dictionary
	copying bool   // within an element that is wanted, or outside of the dictionary
	element int    // where the element that is being copied begins in kept
	key     string // the last key of the dictionary
	buffer  []byte // of tag
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
			return cmp.Or[error](err, device.Truncated) // no property list at all?
		case errors.Is(err, io.EOF):
			return device.Truncated
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// markup are the forms that do not end at the first > outside of quotes.
var markup = []struct{ start, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}}

// tag reads a tag, comment, declaration or CDATA section, which begins here. It is good
// until the next one.
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

// tagEnds answers a function that is told each byte of a tag, and reports its last.
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

// take keeps a tag or leaves it out.
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

// end ends an element of the dictionary. A key that is not wanted is taken out again.
func (f *keyFilter) end() {
	if element := f.kept[f.element:]; name(element) == "key" {
		f.key = textOf(element)
		if !slices.Contains(f.keys, f.key) {
			f.kept = f.kept[:f.element]
		}
	}
}

// name is the name of the element that a tag opens.
func name(tag []byte) string {
	end := bytes.IndexAny(tag, " \t\r\n/>")
	if end < 1 {
		return ""
	}
	return string(tag[1:end])
}

// textOf is what an element without others in it holds, as it is written.
func textOf(element []byte) string {
	_, text, _ := bytes.Cut(element, []byte(">"))
	text, _, _ = bytes.Cut(text, []byte("<"))
	return string(text)
}
