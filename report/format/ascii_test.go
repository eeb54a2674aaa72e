package format

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
)

func TestASCII(t *testing.T) {
	for in, want := range map[string]string{
		"Léa’s “iPhone” – a · b …": `L?a's "iPhone" - a - b ...`,
		"26 ≤ 27 → 3 × 4":          "26 <= 27 -> 3 x 4",
		"李雷":                       "??",
	} {
		if got := ascii(in); got != want {
			t.Errorf("ascii(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzASCII(f *testing.F) {
	f.Add("\x1b[2J\u202e\u200d\xff\n")
	f.Add("e\u0301\u0302\u0303\u0304\u0305")
	f.Fuzz(func(t *testing.T, text string) {
		once := report.Clean(text)
		if got := ascii(once); strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("ascii(%q) = %q", once, got)
		}
	})
}
