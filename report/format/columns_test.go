package format

import (
	"strings"
	"testing"
)

// No stranger's text moves a column, or reaches the terminal as it is.
func TestColumns(t *testing.T) {
	var out strings.Builder
	if err := Columns(&out, [][]string{{"NAME", "SITE"}, {"日本", "a"}, {"\x1b[31mred\n", ""}, {"", "b\u202e"}, {"alone"}}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "NAME     SITE\n日本     a\n[31mred  -\n-        b\nalone\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	out.Reset()
	if err := Columns(&out, nil); err != nil || out.String() != "" {
		t.Errorf("no rows are %q, %v", out.String(), err)
	}
}
