package format

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/olekukonko/tablewriter/tw"
)

func TestShareColumns(t *testing.T) {
	for name, test := range map[string]struct {
		room    int
		natural []int
		weights [3]int
		want    []int
	}{
		"room for all":                {100, []int{12, 30, 20}, [3]int{1, 1, 1}, []int{12, 30, 20}},
		"the wide ones share":         {60, []int{10, 90, 80}, [3]int{1, 1, 1}, []int{10, 25, 25}},
		"they share by weight":        {60, []int{10, 90, 80}, [3]int{1, 3, 2}, []int{10, 30, 20}},
		"the odd one is not lost":     {61, []int{10, 90, 80}, [3]int{1, 1, 1}, []int{10, 26, 25}},
		"a narrow one in the middle":  {40, []int{50, 4, 50}, [3]int{1, 1, 1}, []int{18, 4, 18}},
		"less than a column for each": {2, []int{5, 5, 5}, [3]int{1, 1, 1}, []int{1, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			header := make([]column, 3)
			for i, weight := range test.weights {
				header[i].weight = weight
			}
			if diff := cmp.Diff(test.want, shareColumns(test.room, test.natural, header)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A table that is drawn in parts looks like one that is drawn at once.
func TestTableOfPartsIsOneTable(t *testing.T) {
	header := []column{{"Device", 1}, {"What is wrong with it", 3}}
	var rows [][]cell
	for i := range 7 {
		label := fmt.Sprintf("iPad %d", i/2)
		rows = append(rows, []cell{{{text: label}}, {{text: strings.Repeat("words ", i+1)}}})
	}
	for _, between := range []tw.State{tw.On, tw.Off} {
		for _, o := range []Options{{Width: 80, UTF8: true}, {Width: 24}, {Width: 24, UTF8: true, Color: true}} {
			drawn := func(atOnce int) []string {
				p := newPage(o)
				if err := p.table(header, slices.Values(rows), between, atOnce); err != nil {
					t.Fatal(err)
				}
				return p.lines
			}
			want := drawn(len(rows))
			for atOnce := range len(rows) {
				if diff := cmp.Diff(want, drawn(atOnce+1)); diff != "" {
					t.Errorf("%+v, %d rows at a time (-at once +in parts):\n%s", o, atOnce+1, diff)
				}
			}
		}
	}
}

func TestTableWithoutRowsIsNotDrawn(t *testing.T) {
	p := newPage(Options{Width: 80})
	if err := p.table([]column{{"Device", 1}}, slices.Values([][]cell{}), tw.On, maxDrawn); err != nil || len(p.lines) > 0 {
		t.Errorf("%q, %v", p.lines, err)
	}
}
