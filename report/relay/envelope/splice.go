package envelope

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// The functions of this file find values in the text of valid JSON without decoding it, which is
// faster by far. Names of members are compared as written, without decoding escapes.

// A span is a part of a text.
type span struct{ start, end int }

func (s span) of(text []byte) []byte { return text[s.start:s.end] }

// valueAt returns the span of the value at or after i.
func valueAt(text []byte, i int) span {
	i = skip(text, i, " \t\r\n")
	depth := 0
	for at := i; at < len(text); at++ {
		switch text[at] {
		case '"':
			at = stringEnd(text, at) - 1
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			if depth == 0 { // a number, true, false or null
				end := bytes.IndexAny(text[at:], ",]} \t\r\n")
				if end < 0 {
					end = len(text) - at
				}
				return span{i, at + end}
			}
			continue
		}
		if depth == 0 {
			return span{i, at + 1}
		}
	}
	return span{i, len(text)}
}

// stringEnd returns where the string that begins at i has ended.
func stringEnd(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// skip returns the index of the first byte from i that is not in the set.
func skip(text []byte, i int, set string) int {
	for i < len(text) && strings.IndexByte(set, text[i]) >= 0 {
		i++
	}
	return i
}

const between = " \t\r\n,:"

// members yields the names of an object, in quotes, with their values; none if the span is no object.
func members(text []byte, object span) iter.Seq2[span, span] {
	return func(yield func(name, value span) bool) {
		if object.start >= len(text) || text[object.start] != '{' {
			return
		}
		for i := skip(text, object.start+1, between); i < object.end-1; {
			name := span{i, stringEnd(text, i)}
			value := valueAt(text, skip(text, name.end, between))
			if !yield(name, value) {
				return
			}
			i = skip(text, value.end, between)
		}
	}
}

// elements yields the elements of a list; none if the span is no list.
func elements(text []byte, list span) iter.Seq[span] {
	return func(yield func(span) bool) {
		if list.start >= len(text) || text[list.start] != '[' {
			return
		}
		for i := skip(text, list.start+1, between); i < list.end-1; {
			value := valueAt(text, i)
			if !yield(value) {
				return
			}
			i = skip(text, value.end, between)
		}
	}
}

// A replacement is a new text for a part of another.
type replacement struct {
	span
	by []byte
}

// whole undoes brief: it returns the JSON of a report, which must be valid, with the evidence at its
// findings.
func whole(brief []byte) ([]byte, error) {
	var all []replacement
	for name, devices := range members(brief, valueAt(brief, 0)) {
		if string(name.of(brief)) != `"devices"` {
			continue
		}
		for device := range elements(brief, devices) {
			some, err := unshared(brief, device)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
	}
	slices.SortFunc(all, func(a, b replacement) int { return a.start - b.start })
	var text bytes.Buffer
	copied := 0
	for _, r := range all {
		text.Write(brief[copied:r.start])
		text.Write(r.by)
		copied = r.end
	}
	text.Write(brief[copied:])
	return text.Bytes(), nil
}

// unshared returns what must be replaced in a device: each number of a piece of evidence by the piece,
// and the list of them by nothing.
func unshared(text []byte, device span) (all []replacement, err error) {
	var shared []span
	var resting []span // lists of objects with evidence
	list := -1         // index of the replacement of the list
	last := device.start + 1
	for name, value := range members(text, device) {
		if list >= 0 && all[list].end == last && all[list].start == device.start+1 {
			all[list].end = name.start // with the comma after it
		}
		switch string(name.of(text)) {
		case `"` + sharedEvidence + `"`:
			if list >= 0 {
				return nil, Undecodable
			}
			shared = slices.Collect(elements(text, value))
			list, all = len(all), append(all, replacement{span: span{last, value.end}}) // with the comma before it
		case `"findings"`, `"needs"`:
			resting = append(resting, value)
		}
		last = value.end
	}
	room := maxEvidence
	for _, objects := range resting {
		for object := range elements(text, objects) {
			for name, value := range members(text, object) {
				if string(name.of(text)) != `"evidence"` {
					continue
				}
				for number := range elements(text, value) {
					if first := text[number.start]; first != '-' && (first < '0' || first > '9') {
						continue
					}
					place, err := strconv.Atoi(string(number.of(text)))
					if err != nil || place < 0 || place >= len(shared) {
						return nil, Undecodable
					}
					piece := shared[place].of(text)
					if room -= len(piece) + evidenceSize; room < 0 {
						return nil, TooLong
					}
					all = append(all, replacement{number, piece})
				}
			}
		}
	}
	return all, nil
}
