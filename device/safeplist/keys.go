package safeplist

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// ParseKeys is [Parse] of a dictionary of which only some keys are wanted. The others are
// checked and left out before anything is decoded, so that a list of many megabytes, such
// as the Info.plist of a backup with an icon for each app, costs no more than its own
// length. It overwrites data.
func ParseKeys(data []byte, limits Limits, keys ...string) (Dict, error) {
	if err := Check(data, limits); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(data, []byte("bplist0")) {
		keepBinary(data, keys)
	} else {
		data = keepXML(data, keys)
	}
	return Parse(data, limits)
}

// keepXML is a list that was checked, with only these keys in its outermost dictionary.
// What has no such dictionary stays as it is.
func keepXML(data []byte, keys []string) []byte {
	var kept []byte
	var key string         // the last one in the outermost dictionary
	var depth, element int // element is where the one being read in that dictionary begins
	keep := func(element []byte) {
		if name(element) == "key" {
			key = textOf(element)
		}
		if slices.Contains(keys, key) {
			kept = append(kept, element...)
		}
	}
	for rest := data; ; {
		tag, after := nextTag(rest)
		if tag == nil {
			return data
		}
		rest = after
		end := len(data) - len(after)
		start := end - len(tag)
		switch {
		case tag[1] == '?' || tag[1] == '!':
		case tag[1] == '/':
			switch depth {
			case 3:
				keep(data[element:end])
			case 2:
				return append(kept, data[start:]...)
			}
			depth--
		case tag[len(tag)-2] == '/':
			switch depth {
			case 2:
				keep(tag)
			case 1:
				return data
			}
		default:
			switch depth++; {
			case depth == 3:
				element = start
			case depth == 2 && name(tag) == "dict":
				kept = append(kept, data[:end]...)
			case depth == 2:
				return data
			}
		}
	}
}

// name is the name of the element that a tag opens.
func name(tag []byte) string {
	end := bytes.IndexAny(tag, " \t\r\n/>")
	if len(tag) < 2 || end < 1 {
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

// keepBinary takes all but some keys out of the outermost dictionary of a list that was
// checked, in place: the references that stay move to its front.
func keepBinary(data []byte, keys []string) {
	trailer := data[len(data)-trailerLength:]
	walk := binaryWalk{
		data:      data,
		offsets:   binary.BigEndian.Uint64(trailer[24:]),
		offsetLen: uint64(trailer[6]),
		refLen:    uint64(trailer[7]),
	}
	const ascii, dict = 0x5, 0xD
	at := walk.offset(binary.BigEndian.Uint64(trailer[16:]))
	if data[at]>>4 != dict {
		return
	}
	count, start, err := walk.length(at, uint64(data[at]&0x0F))
	if err != nil {
		return
	}
	var kept [][2]uint64 // references to a key and its value
	for i := range count {
		key, value := walk.number(start+i*walk.refLen, walk.refLen), walk.number(start+(count+i)*walk.refLen, walk.refLen)
		from := walk.offset(key)
		if data[from]>>4 != ascii {
			continue
		}
		length, text, err := walk.length(from, uint64(data[from]&0x0F))
		if err == nil && slices.Contains(keys, string(data[text:text+length])) {
			kept = append(kept, [2]uint64{key, value})
		}
	}
	if len(kept) >= 0x0F {
		return // it would need another form of length; no caller wants so many
	}
	data[at] = dict<<4 | byte(len(kept))
	for i, reference := range kept {
		walk.put(at+1+uint64(i)*walk.refLen, reference[0])
		walk.put(at+1+uint64(len(kept)+i)*walk.refLen, reference[1])
	}
}

// offset is where an object begins.
func (w *binaryWalk) offset(ref uint64) uint64 {
	return w.number(w.offsets+ref*w.offsetLen, w.offsetLen)
}

// put writes a reference.
func (w *binaryWalk) put(at, ref uint64) {
	for i := range w.refLen {
		w.data[at+i] = byte(ref >> (8 * (w.refLen - 1 - i)))
	}
}
