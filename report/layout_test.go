package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShareColumns(t *testing.T) {
	for name, test := range map[string]struct {
		room    int
		natural []int
		want    []int
	}{
		"room for all":                {100, []int{12, 30, 20}, []int{12, 30, 20}},
		"the wide ones share":         {60, []int{10, 90, 80}, []int{10, 25, 25}},
		"the odd one is not lost":     {61, []int{10, 90, 80}, []int{10, 26, 25}},
		"a narrow one in the middle":  {40, []int{50, 4, 50}, []int{18, 4, 18}},
		"less than a column for each": {2, []int{5, 5, 5}, []int{1, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, shareColumns(test.room, test.natural)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
