package format

import (
	"cmp"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A Column is one column of a list: its header, and a function for the text in a row.
type Column[Row any] struct {
	Head  string
	Text  func(Row) string
	Words bool // the text is from this program; other text is quoted for people unless it looks like a name
}

// A List defines how rows of one kind are written.
type List[Row any] struct {
	Title    string        // page title
	Document any           // the empty document that rows are added to, for JSON; its last field is the list of rows
	Columns  []Column[Row] // for files; headers match the JSON field names if there are any and never change; new columns go last
	Terminal []Column[Row] // for people at a terminal
}

// Write writes rows as "csv", "json" or "html", each row as it is read, so that memory use does
// not grow with the length of the list. Any other format is for a terminal, and prints nothing
// for an empty list. An error while reading rows ends the list early; JSON is then left
// invalid, so that readers notice.
func (l List[Row]) Write(w io.Writer, format string, rows iter.Seq2[Row, error]) error {
	switch format {
	case "csv":
		return writeCSV(w, l.Columns, rows)
	case "json":
		return writeJSONList(w, l.Document, rows)
	case "html":
		return writeHTMLList(w, l.Title, l.Columns, rows)
	default:
		return writeTerminalList(w, l.Terminal, rows)
	}
}

// Rows returns an iterator over a slice.
func Rows[Row any](all []Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, row := range all {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// heads returns the headers of columns.
func heads[Row any](columns []Column[Row]) []string {
	return convert(columns, func(c Column[Row]) string { return c.Head })
}

// texts returns the cells of a row, for programs.
func texts[Row any](columns []Column[Row], row Row) []string {
	return convert(columns, func(c Column[Row]) string { return c.Text(row) })
}

// labels returns the cells of a row, for people.
func labels[Row any](columns []Column[Row], row Row) []string {
	return convert(columns, func(c Column[Row]) string {
		text := report.Clean(c.Text(row))
		if c.Words {
			return text
		}
		return device.Label(text)
	})
}

func writeTerminalList[Row any](w io.Writer, columns []Column[Row], rows iter.Seq2[Row, error]) error {
	cells := [][]string{heads(columns)}
	for row, err := range rows {
		if err != nil {
			return err
		}
		cells = append(cells, labels(columns, row))
	}
	if len(cells) == 1 {
		return nil
	}
	return Columns(w, cells)
}

// Columns writes rows in aligned columns, for tools such as cut: one line per row, however
// long, and a hyphen for an empty cell.
func Columns(w io.Writer, rows [][]string) error {
	var widths []int
	cells := make([][]string, len(rows))
	for n, row := range rows {
		for i, cell := range row {
			cells[n] = append(cells[n], cmp.Or(report.Clean(cell), "-"))
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], columns(cells[n][i]))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	var p page
	for _, row := range cells {
		line := ""
		for i, cell := range row {
			if i < len(row)-1 {
				cell = pad(cell, widths[i]+2)
			}
			line += cell
		}
		p.print(line)
	}
	return p.write(w)
}

// Timestamp formats a time in UTC as RFC 3339, or returns "" for the zero time.
func Timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// AssetText returns an inventory row as one cell.
func AssetText(asset []report.Field) string {
	return joined(asset, func(f report.Field) string { return f.Name + ": " + f.Value })
}

// joined returns the elements of a list as one cell.
func joined[T any](list []T, text func(T) string) string {
	return strings.Join(convert(list, text), "; ")
}

// writing adds context to a write error.
func writing(err error) error {
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}
