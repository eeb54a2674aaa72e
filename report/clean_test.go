package report

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for name, test := range map[string][2]string{
		"plain":                       {"Léa’s iPhone", "Léa’s iPhone"},
		"escape sequence":             {"\x1b[2Jgone", "[2Jgone"},
		"C1 control":                  {"a\u009b31mb", "a31mb"},
		"bell, null, delete":          {"a\x07\x00\x7fb", "ab"},
		"line breaks":                 {"a\r\nb\u2028c\u2029d\u0085e", "a b c d e"},
		"tabs and many spaces":        {"  a \t\u00a0 b  ", "a b"},
		"bidirectional override":      {"a\u202ecod.exe", "acod.exe"},
		"bidirectional isolates":      {"\u2066a\u2069", "a"},
		"zero width":                  {"a\u200bb\u200dc\ufeffd\u00ade", "abcde"},
		"tag characters":              {"a\U000e0041b", "ab"},
		"fillers that look like none": {"a\u3164\u115fb", "ab"},
		"noncharacters":               {"a\ufffe\uffff\ufdd0b", "ab"},
		"private use":                 {"a\uf8ffb", "ab"},
		"not UTF-8":                   {"a\xff\xfeb", "a\ufffd\ufffdb"},
		"half a letter at the end":    {"a\xe6\x9d", "a\ufffd\ufffd"},
		"Chinese and emoji":           {"李雷的 iPhone 📱", "李雷的 iPhone 📱"},
		"accents that stand alone":    {"e\u0301", "e\u0301"},
		"markup is only text":         {"<script>alert(1)</script>", "<script>alert(1)</script>"},
		"nothing to see":              {"\u200b\u202e\x1b", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Clean(test[0]); got != test[1] {
				t.Errorf("%q, want %q", got, test[1])
			}
		})
	}
}

func TestCleanBoundsStackedMarks(t *testing.T) {
	got := Clean("e" + strings.Repeat("\u0301", 1000) + "f")
	if want := "e" + strings.Repeat("\u0301", maxMarks) + "f"; got != want {
		t.Errorf("%d runes are left", utf8.RuneCountInString(got))
	}
}

func FuzzClean(f *testing.F) {
	f.Add("\x1b[2J\u202e\u200d\xff\n")
	f.Add("e\u0301\u0302\u0303\u0304\u0305")
	f.Fuzz(func(t *testing.T, text string) {
		once := Clean(text)
		if !utf8.ValidString(once) || strings.ContainsFunc(once, Hidden) {
			t.Errorf("clean(%q) = %q", text, once)
		}
		if twice := Clean(once); twice != once {
			t.Errorf("cleaned again, %q becomes %q", once, twice)
		}
	})
}

// The ASCII shortcut must agree with the Unicode tables.
func TestHiddenInASCII(t *testing.T) {
	for r := range rune(unicode.MaxASCII + 1) {
		if Hidden(r) != unicode.IsControl(r) {
			t.Errorf("%U is hidden: %v", r, Hidden(r))
		}
	}
}
