package format

import (
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// A column of a table has a title and a weight, which sets its share of the width when the page
// is too narrow.
type column struct {
	title  string
	weight int
}

// A cell is the paragraphs in one field of a table; each starts on a new line.
type cell []paragraph

// A paragraph is a text with a lead. Its continuation lines are indented under the text.
type paragraph struct {
	lead      string
	leadStyle style
	text      string
	style     style
}

// lines wraps a cell to width columns.
func (c cell) lines(p *page, width int) []string {
	var lines []string
	for _, para := range c {
		lead := prefix(para.lead, max(0, width-1))
		for i, line := range wrap(para.text, width-columns(lead)) {
			line = p.paint(para.style, line)
			if i == 0 {
				line = p.paint(para.leadStyle, lead) + line
			} else {
				line = strings.Repeat(" ", columns(lead)) + line
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// natural returns the width of a cell without wrapping.
func (c cell) natural() int {
	widest := 0
	for _, para := range c {
		widest = max(widest, columns(para.lead)+columns(para.text))
	}
	return widest
}

// table prints rows of cells, no wider than the page. tablewriter draws the lines but does not
// keep to a width, so the columns are planned and every cell is wrapped beforehand. between
// also draws lines between rows.
func (p *page) table(header []column, rows [][]cell, between tw.State) error {
	natural := make([]int, len(header))
	for i, h := range header {
		natural[i] = columns(h.title)
		for _, row := range rows {
			natural[i] = max(natural[i], row[i].natural())
		}
	}
	frame := 3*len(header) + 1 // a space on both sides of each cell, and the separators
	widths := shareColumns(p.Width-frame, natural, header)

	var drawn strings.Builder
	table := tablewriter.NewTable(&drawn,
		tablewriter.WithEastAsian(tw.Off), // measure like columns does, regardless of the environment
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Symbols:  tw.NewSymbols(p.lineStyle()),
			Settings: tw.Settings{Separators: tw.Separators{BetweenRows: between}},
		})),
		tablewriter.WithConfig(tablewriter.Config{Row: tw.CellConfig{Merging: tw.CellMerging{
			Mode: tw.MergeVertical, ByColumnIndex: tw.NewMapper[int, bool]().Set(0, true), // print the device once
		}}}),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithHeaderAlignment(tw.AlignLeft),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithRowAlignment(tw.AlignLeft),
	)
	titles := make([]string, len(header))
	for i, h := range header {
		titles[i] = p.paint(bold, strings.Join(wrap(h.title, widths[i]), "\n"))
	}
	table.Header(titles)
	for _, row := range rows {
		drawn := make([]string, len(row))
		for i, c := range row {
			drawn[i] = strings.Join(c.lines(p, widths[i]), "\n")
		}
		if err := table.Append(drawn); err != nil {
			return err
		}
	}
	if err := table.Render(); err != nil {
		return err
	}
	p.print(strings.Split(strings.TrimRight(drawn.String(), "\n"), "\n")...)
	return nil
}

func (p *page) lineStyle() tw.BorderStyle {
	if p.UTF8 {
		return tw.StyleLight
	}
	return tw.StyleASCII
}

// shareColumns gives every column its natural width if there is room. Otherwise narrow columns
// keep theirs and the wide ones share the rest by weight.
func shareColumns(room int, natural []int, header []column) []int {
	widths := make([]int, len(natural))
	order, weight := []int{}, 0
	for i, h := range header {
		order = append(order, i)
		weight += h.weight
	}
	slices.SortStableFunc(order, func(a, b int) int { return natural[a]*header[b].weight - natural[b]*header[a].weight })
	for _, i := range order {
		share := room * header[i].weight / weight
		widths[i] = max(1, min(natural[i], share))
		room -= widths[i]
		weight -= header[i].weight
	}
	return widths
}
