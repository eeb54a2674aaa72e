package format

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
)

// A jsonArray writes an array of JSON as its elements come, each on a line.
type jsonArray struct {
	w    io.Writer
	some bool // an element was written
}

func (a *jsonArray) add(element any) error {
	lead := "[\n"
	if a.some {
		lead = ",\n"
	}
	a.some = true
	line, err := jsonLine(element)
	if err != nil {
		return writing(err)
	}
	return write(a.w, []byte(lead), bytes.TrimSuffix(line, []byte("\n")))
}

// end closes the array. tail follows it.
func (a *jsonArray) end(tail string) error {
	end := "\n]"
	if !a.some {
		end = "[]"
	}
	return write(a.w, []byte(end+tail))
}

func writeJSONList[Row any](w io.Writer, rows iter.Seq2[Row, error]) error {
	array := jsonArray{w: w}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := array.add(row); err != nil {
			return err
		}
	}
	return array.end("\n")
}

// jsonLine is a JSON document on one line, with a newline. What a device sent cannot end it.
func jsonLine(document any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return nil, err
	}
	return escapeHidden(text.Bytes()), nil
}

// writeLine writes a JSON document on one line, in a single Write.
func writeLine(w io.Writer, document any) error {
	line, err := jsonLine(document)
	if err != nil {
		return writing(err)
	}
	return write(w, line)
}
