package format

import (
	"testing"

	"github.com/google/go-cmp/cmp"
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
