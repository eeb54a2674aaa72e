package format

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/clipperhouse/displaywidth"
	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	for name, test := range map[string]struct {
		text  string
		width int
		want  []string
	}{
		"fits":                       {"one two", 7, []string{"one two"}},
		"breaks at a space":          {"one two", 6, []string{"one", "two"}},
		"a long word between others": {"a abcdefgh b", 3, []string{"a", "abc", "def", "gh", "b"}},
		"the rest of it goes on":     {"abcd e", 3, []string{"abc", "d e"}},
		"an id breaks at a hyphen":   {"software-out-of-date", 18, []string{"software-out-of-", "date"}},
		"wide letters":               {"李雷的手机", 4, []string{"李雷", "的手", "机"}},
		"wider than the line":        {"李", 1, []string{"李"}},
		"marks stay on their letter": {"e\u0301e\u0301", 1, []string{"e\u0301", "e\u0301"}},
		"nothing":                    {"  ", 5, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, wrap(test.text, test.width)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  string
	}{
		{"iPhone", 6, "iPhone"},
		{"iPhone 15", 8, "iPhone…"},
		{"李雷的手机", 6, "李雷…"},
	} {
		if got := cut(test.text, test.width, "…"); got != test.want {
			t.Errorf("cut(%q, %d) = %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("one two three-four 李雷的手机", 5)
	f.Fuzz(func(t *testing.T, text string, width int) {
		text, width = report.Clean(text), max(2, width%200)
		lines := wrap(text, width)
		for _, line := range lines {
			if columns(line) > width {
				t.Errorf("%q is %d columns wide, of %d", line, columns(line), width)
			}
		}
		without := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := without(strings.Join(lines, "")); got != without(text) {
			t.Errorf("wrapped, %q became %q", text, got)
		}
	})
}

// A device may send a word of any length; wrapping it must not take longer than reading it.
func BenchmarkWrapLongWord(b *testing.B) {
	word := strings.Repeat("a", 1<<20)
	for b.Loop() {
		wrap(word, 40)
	}
}

// Measuring printable ASCII by its length gives what measuring its letters gives.
func FuzzPrefix(f *testing.F) {
	for _, text := range []string{"plain", "plain e\u0301", "a\u0301b", "李雷 of the bench", "tab\there", ""} {
		f.Add(text, 5)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		width %= 200
		end, used := 0, 0
		for letters := displaywidth.StringGraphemes(text); letters.Next(); end += len(letters.Value()) {
			if used += letters.Width(); used > width && end > 0 {
				break
			}
		}
		if got := prefix(text, width); got != text[:end] {
			t.Errorf("prefix(%q, %d) = %q, want %q", text, width, got, text[:end])
		}
		if got := columns(text); got != displaywidth.String(text) {
			t.Errorf("%q takes %d columns, want %d", text, got, displaywidth.String(text))
		}
	})
}
