package format

import (
	"bytes"
	"fmt"
	"io"
	"iter"
)

// A jsonArray writes the elements of a JSON array one by one, one per line. Nothing is written
// before the first element or the end.
type jsonArray struct {
	w    io.Writer
	head string // before the array
	some bool   // at least one element was written
}

func (a *jsonArray) add(element any) error {
	lead := ",\n"
	if !a.some {
		lead = a.head + "[\n"
	}
	a.some = true
	line, err := encode(element, "", "")
	if err != nil {
		return writing(err)
	}
	return write(a.w, []byte(lead), line)
}

// end closes the array and writes tail.
func (a *jsonArray) end(tail string) error {
	end := "\n]"
	if !a.some {
		end = a.head + "[]"
	}
	return write(a.w, []byte(end+tail))
}

// writeJSONList writes an empty document with rows as the elements of its last field.
func writeJSONList[Row any](w io.Writer, empty any, rows iter.Seq2[Row, error]) error {
	document, err := encode(empty, "", "")
	if err != nil {
		return writing(err)
	}
	head, isList := bytes.CutSuffix(document, []byte("[]}"))
	if !isList {
		return fmt.Errorf("the last field of a %T is not an empty list", empty)
	}
	array := jsonArray{w: w, head: string(head)}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := array.add(row); err != nil {
			return err
		}
	}
	return array.end("}\n")
}

// writeLine writes a JSON document on one line, in a single Write.
func writeLine(w io.Writer, document any) error {
	line, err := encode(document, "", "")
	if err != nil {
		return writing(err)
	}
	return write(w, append(line, '\n'))
}
