package envelope

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"
)

// The functions of this file find values in the text of JSON without decoding it, which is faster by
// far: decoding twice, the envelope and its report, took most of the time of opening an envelope.

// split decodes an envelope. It does not look into the report, which may be invalid JSON.
func split(sealed []byte) (e Envelope, err error) {
	report := gjson.Result{}
	gjson.ParseBytes(sealed).ForEach(func(name, value gjson.Result) bool {
		if name.Str == "report" {
			report = value
		}
		return true
	})
	if !report.IsObject() {
		return e, json.Unmarshal(sealed, &e)
	}
	const placeholder = "null"
	start, end := report.Index, endOf(report)
	around := slices.Concat(sealed[:start], []byte(placeholder), sealed[end:])
	if err := json.Unmarshal(around, &e); err != nil {
		return e, err
	}
	if string(e.Report) == placeholder {
		e.Report = sealed[start:end]
	}
	return e, nil
}

func endOf(value gjson.Result) int { return value.Index + len(value.Raw) }

// A replacement is a new text for a part of another.
type replacement struct {
	start, end int
	by         string
}

// whole undoes brief: it returns the JSON of a report, which must be valid, with the evidence at its
// findings.
func whole(brief []byte) (_ []byte, err error) {
	var all []replacement
	gjson.ParseBytes(brief).ForEach(func(name, devices gjson.Result) bool {
		if name.Str != "devices" || !devices.IsArray() {
			return true
		}
		devices.ForEach(func(_, device gjson.Result) bool {
			var some []replacement
			some, err = unshared(device)
			all = append(all, some...)
			return err == nil
		})
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b replacement) int { return a.start - b.start })
	var text bytes.Buffer
	copied := 0
	for _, r := range all {
		text.Write(brief[copied:r.start])
		text.WriteString(r.by)
		copied = r.end
	}
	text.Write(brief[copied:])
	return text.Bytes(), nil
}

// unshared returns what must be replaced in a device: each number of a piece of evidence by the piece,
// and the list of them by nothing.
func unshared(device gjson.Result) (all []replacement, err error) {
	if !device.IsObject() {
		return nil, nil
	}
	var shared, resting []gjson.Result // pieces of evidence; objects with evidence
	list := -1                         // index of the replacement of the list
	first := device.Index + 1
	last := first
	device.ForEach(func(name, value gjson.Result) bool {
		if list >= 0 && all[list].end == last && all[list].start == first {
			all[list].end = name.Index // with the comma after it
		}
		switch name.Str {
		case sharedEvidence:
			if list >= 0 {
				err = Undecodable
				return false
			}
			shared = elements(value)
			list, all = len(all), append(all, replacement{start: last, end: endOf(value)}) // with the comma before it
		case "findings", "needs":
			resting = append(resting, elements(value)...)
		}
		last = endOf(value)
		return true
	})
	if err != nil {
		return nil, err
	}
	room := maxEvidence
	for _, object := range resting {
		if !object.IsObject() {
			continue
		}
		object.ForEach(func(name, evidence gjson.Result) bool {
			if name.Str != "evidence" {
				return true
			}
			for _, number := range elements(evidence) {
				if number.Type != gjson.Number {
					continue
				}
				place, errPlace := strconv.Atoi(number.Raw)
				if errPlace != nil || place < 0 || place >= len(shared) {
					err = Undecodable
					return false
				}
				piece := shared[place].Raw
				if room -= len(piece) + evidenceSize; room < 0 {
					err = TooLong
					return false
				}
				all = append(all, replacement{number.Index, endOf(number), piece})
			}
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// elements returns the elements of a list; none if the value is no list.
func elements(value gjson.Result) (all []gjson.Result) {
	if !value.IsArray() {
		return nil
	}
	value.ForEach(func(_, element gjson.Result) bool {
		all = append(all, element)
		return true
	})
	return all
}
