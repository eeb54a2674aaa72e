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

// A Column is one column of a list: its head, and the text of a row in it.
type Column[Row any] struct {
	Head  string
	Text  func(Row) string
	Words bool // the text is this program's; any other is quoted for people, unless it looks like a name
}

// A List is rows of one kind, and the columns in which they are written.
type List[Row any] struct {
	Title    string        // of the list as a page
	Columns  []Column[Row] // of a file; heads match the JSON field names where there are any and never change; new columns go last
	Terminal []Column[Row] // for people at a terminal
}

// Write writes rows as "csv", "json" or "html", each as it is read, so that a list of any
// length takes no more memory than a page of it. Any other format is for a terminal, which
// shows nothing of a list without rows. An error among the rows ends the list, and no reader
// of JSON takes what was written before it for whole.
func (l List[Row]) Write(w io.Writer, format string, rows iter.Seq2[Row, error]) error {
	switch format {
	case "csv":
		return writeCSV(w, l.Columns, rows)
	case "json":
		return writeJSONList(w, rows)
	case "html":
		return writeHTMLList(w, l.Title, l.Columns, rows)
	default:
		return writeTerminalList(w, l.Terminal, rows)
	}
}

// Rows are the elements of a slice, as a list is read.
func Rows[Row any](all []Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, row := range all {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// heads are the names of columns.
func heads[Row any](columns []Column[Row]) []string {
	return convert(columns, func(c Column[Row]) string { return c.Head })
}

// texts are the cells of a row, for programs.
func texts[Row any](columns []Column[Row], row Row) []string {
	return convert(columns, func(c Column[Row]) string { return c.Text(row) })
}

// labels are the cells of a row, for people.
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

// Columns writes rows whose cells are aligned, for lists that other programs may cut: one
// row a line, however long, and a hyphen for an empty cell.
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

// Timestamp is a time in UTC and RFC 3339, "" if there is none.
func Timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// AssetText is a row of an inventory in one cell.
func AssetText(asset []report.Field) string {
	return joined(asset, func(f report.Field) string { return f.Name + ": " + f.Value })
}

// joined is the elements of a list in one cell.
func joined[T any](list []T, text func(T) string) string {
	return strings.Join(convert(list, text), "; ")
}

// writing names what failed.
func writing(err error) error {
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}
