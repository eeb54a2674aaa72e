// Package export writes the lists of a fleet for other programs: as CSV, JSON and HTML. Rows
// are written as they are read, so that a list of any length takes no more room than a page
// of it.
package export

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"iter"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/format"
)

// A Column is one column of a list: its head, and what stands there in a row.
type Column[Row any] struct {
	Head string
	Text func(Row) string
}

// CSV writes a list for spreadsheets: RFC 4180 in UTF-8, with a header. No cell begins a
// formula.
func CSV[Row any](w io.Writer, columns []Column[Row], rows iter.Seq2[Row, error]) error {
	table := csv.NewWriter(w)
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.Head
	}
	table.Write(cells) // an error is kept for the end
	for row, err := range rows {
		if err != nil {
			table.Flush()
			return err
		}
		for i, c := range columns {
			cells[i] = format.CSVCell(c.Text(row))
		}
		if err := table.Write(cells); err != nil {
			return fmt.Errorf("writing a list: %w", err)
		}
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return fmt.Errorf("writing a list: %w", err)
	}
	return nil
}

// JSON writes a list as an array of its rows, each on a line.
func JSON[Row any](w io.Writer, rows iter.Seq2[Row, error]) error {
	before := "[\n"
	for row, err := range rows {
		if err != nil {
			return err
		}
		document, err := json.Marshal(row)
		if err != nil {
			return fmt.Errorf("writing a list: %w", err)
		}
		if _, err := fmt.Fprintf(w, "%s%s", before, format.EscapeHidden(document)); err != nil {
			return fmt.Errorf("writing a list: %w", err)
		}
		before = ",\n"
	}
	end := "\n]\n"
	if before == "[\n" {
		end = "[]\n"
	}
	if _, err := io.WriteString(w, end); err != nil {
		return fmt.Errorf("writing a list: %w", err)
	}
	return nil
}

// HTML writes a list as a page that needs nothing else.
func HTML[Row any](w io.Writer, title string, columns []Column[Row], rows iter.Seq2[Row, error]) error {
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.Head
	}
	if err := htmlHead.Execute(w, map[string]any{"Title": title, "Heads": heads}); err != nil {
		return fmt.Errorf("writing a list: %w", err)
	}
	cells := make([]string, len(columns))
	for row, err := range rows {
		if err != nil {
			return err
		}
		for i, c := range columns {
			cells[i] = report.Clean(c.Text(row))
		}
		if err := htmlRow.Execute(w, cells); err != nil {
			return fmt.Errorf("writing a list: %w", err)
		}
	}
	if _, err := io.WriteString(w, "</tbody></table></div>\n"); err != nil {
		return fmt.Errorf("writing a list: %w", err)
	}
	return nil
}

var htmlHead = template.Must(template.New("head").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
body { margin: 2rem } h1 { font-size: 1.3rem; font-weight: 600 }
table { border-collapse: collapse } th, td { text-align: start; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #8884 }
.list { overflow: auto; max-height: 85vh }
thead th { position: sticky; top: 0; background: Canvas; white-space: nowrap }
</style>
<h1>{{.Title}}</h1>
<div class="list" role="region" aria-label="{{.Title}}" tabindex="0">
<table><thead><tr>{{range .Heads}}<th scope="col">{{.}}</th>{{end}}</tr></thead><tbody>
`))

var htmlRow = template.Must(template.New("row").Parse(`<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
`))
