package format

import (
	"encoding/csv"
	"io"
	"iter"
	"regexp"
	"strings"

	"github.com/backupdoctor/backupdoctor/report"
)

// A csvWriter writes rows for spreadsheets: RFC 4180 in UTF-8 without a byte order mark, with a
// header. A cell is one line without hidden characters and never starts a formula: a sign that
// would start one gets an apostrophe in front, unless the cell is a plain number.
type csvWriter[Row any] struct {
	csv     *csv.Writer
	columns []Column[Row]
}

func newCSV[Row any](w io.Writer, columns []Column[Row]) csvWriter[Row] {
	c := csvWriter[Row]{csv.NewWriter(w), columns}
	c.cells(heads(columns))
	return c
}

func (c csvWriter[Row]) row(row Row) error { return c.cells(texts(c.columns, row)) }

func (c csvWriter[Row]) cells(cells []string) error {
	for i, text := range cells {
		cells[i] = report.Clean(text)
		if i == 0 || !signedNumber.MatchString(cells[i]) {
			cells[i] = harmless(cells[i])
		}
	}
	return writing(c.csv.Write(cells))
}

// end flushes the buffer.
func (c csvWriter[Row]) end() error {
	c.csv.Flush()
	return writing(c.csv.Error())
}

func writeCSV[Row any](w io.Writer, columns []Column[Row], rows iter.Seq2[Row, error]) error {
	table := newCSV(w, columns)
	for row, err := range rows {
		if err != nil {
			table.csv.Flush()
			return err
		}
		if err := table.row(row); err != nil {
			return err
		}
	}
	return table.end()
}

// formulaSigns are the characters that start a formula in a spreadsheet, including their
// full-width forms from East Asian keyboards.
const formulaSigns = "=+-@＝＋－＠"

// harmless puts an apostrophe, the spreadsheet's own mark for text, before a sign that would
// start a formula. In locales with a decimal comma, a semicolon starts a new cell, so a sign
// after one gets an apostrophe too.
func harmless(text string) string {
	var cell strings.Builder
	begins := true
	for _, r := range text {
		switch {
		case r == ';':
			begins = true
		case r == ' ' || r == '"':
		default:
			if begins && strings.ContainsRune(formulaSigns, r) {
				cell.WriteByte('\'')
			}
			begins = false
		}
		cell.WriteRune(r)
	}
	return cell.String()
}

// signedNumber matches a cell that is left alone so that spreadsheets can calculate with it.
// Not in the first column: where semicolons separate cells, the whole line could be one cell.
var signedNumber = regexp.MustCompile(`^[+-][0-9]+([.,][0-9]+)*$`)
