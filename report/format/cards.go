package format

import (
	"iter"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// cards prints table rows one below the other, for a page too narrow for columns. The first
// field is the title, the second is printed without its column name, and the others follow
// their column names. A title that does not change is not repeated.
func (p *page) cards(header []column, rows iter.Seq[[]cell]) {
	var title []string
	for row := range rows {
		if next := row[0].quoted(p).lines(p, p.Width); !slices.Equal(next, title) {
			if title != nil {
				p.print("")
			}
			title = next
			for _, line := range title {
				p.print(p.paint(bold, line))
			}
		}
		p.print(row[1].lines(p, p.Width)...)
		for i, field := range row[2:] {
			for j, para := range field {
				para.lead = "    "
				if j == 0 {
					para.lead, para.text = "  ", header[i+2].title+": "+para.text
				}
				p.print(cell{para}.lines(p, p.Width)...)
			}
		}
	}
}

// quoted returns a cell as a title, with everything but ids quoted.
func (c cell) quoted(p *page) cell {
	return convert(c, func(para paragraph) paragraph {
		para.text = p.text(device.Token(para.text))
		return para
	})
}
