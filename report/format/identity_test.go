package format

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDistinct(t *testing.T) {
	for _, test := range [][2][]string{
		{{"a", "b", "a"}, {"a", "b", "a (2)"}},
		{{"a", "a (2)", "a", "a"}, {"a", "a (2)", "a (3)", "a (4)"}},
		{{"a", "a", "a (2)"}, {"a", "a (2)", "a (2) (2)"}},
		{{}, {}},
	} {
		if diff := cmp.Diff(test[1], distinct(test[0])); diff != "" {
			t.Error(diff)
		}
	}
}
