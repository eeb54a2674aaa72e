package format

import (
	"iter"
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

// maxDrawn is the number of rows after which part of a table is drawn. The rows of one device stay
// together, so a part may have more.
const maxDrawn = 64

// table prints rows of cells, no wider than the page. It reads them three times and draws
// them in parts of atOnce rows, so that memory use does not grow with their number. tablewriter
// draws the lines but does not keep to a width, so the columns are planned and every cell is
// wrapped beforehand. between also draws lines between rows.
func (p *page) table(header []column, rows iter.Seq[[]cell], between tw.State, atOnce int) error {
	natural := convert(header, func(h column) int { return columns(h.title) })
	none := true
	for row := range rows {
		none = false
		for i := range natural {
			natural[i] = max(natural[i], row[i].natural())
		}
	}
	if none {
		return nil
	}
	frame := 3*len(header) + 1 // a space on both sides of each cell, and the separators
	room := shareColumns(p.Width-frame, natural, header)
	widths := make([]int, len(header)) // of the wrapped cells
	for i, h := range header {
		widths[i] = widthOf(wrap(h.title, room[i]))
	}
	unstyled := newPage(p.Options)
	unstyled.Color = false
	for row := range rows {
		for i, c := range row {
			widths[i] = max(widths[i], widthOf(c.lines(unstyled, room[i])))
		}
	}

	titles := make([]string, len(header))
	above := 1 // lines above the first row that later parts repeat
	for i, h := range header {
		lines := wrap(h.title, room[i])
		above = max(above, 1+len(lines))
		// Every part gets its widths from the titles.
		filler := strings.Repeat(" ", widths[i]-columns(lines[len(lines)-1]))
		titles[i] = p.paint(bold, strings.Join(lines, "\n")) + filler
	}
	if between == tw.Off {
		above++ // the line below the header
	}
	var part [][]string
	var bottom string
	first := true
	draw := func() error {
		lines, err := p.draw(titles, part, between)
		if err != nil {
			return err
		}
		if !first {
			lines = lines[above:]
		}
		last := len(lines) - 1
		bottom, first, part = lines[last], false, part[:0]
		p.print(lines[:last]...)
		return nil
	}
	for row := range rows {
		texts := make([]string, len(row))
		for i, c := range row {
			texts[i] = strings.Join(c.lines(p, room[i]), "\n")
		}
		if n := len(part); n >= atOnce && part[n-1][0] != texts[0] {
			if err := draw(); err != nil {
				return err
			}
		}
		part = append(part, texts)
	}
	if err := draw(); err != nil {
		return err
	}
	p.print(bottom)
	return nil
}

// draw returns the lines of a table, from its top to its bottom line. Cells are wrapped, and the
// device is printed once for its rows.
func (p *page) draw(titles []string, rows [][]string, between tw.State) ([]string, error) {
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
	table.Header(titles)
	for _, row := range rows {
		if err := table.Append(row); err != nil {
			return nil, err
		}
	}
	if err := table.Render(); err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimRight(drawn.String(), "\n"), "\n"), nil
}

// widthOf returns the width of the widest of some lines without styles.
func widthOf(lines []string) int {
	width := 0
	for _, line := range lines {
		width = max(width, columns(line))
	}
	return width
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
