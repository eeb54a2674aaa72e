package format

import (
	"cmp"
	"io"

	"github.com/backupdoctor/backupdoctor/report"
)

// Columns writes rows whose cells stand in columns, for lists that other programs may cut: one
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
