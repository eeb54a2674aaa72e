package format

import (
	"strings"
	"testing"
)

func TestRanges(t *testing.T) {
	for names, want := range map[string]string{
		"":                        "",
		"1":                       "1",
		"1 2":                     "1 2",
		"1 2 3":                   "1–3",
		"01 02 03 05 06 07 08 11": "01–03 05–08 11",
		"8 9 10 11":               "8–11",
		"09 10 11":                "09–11",
		"A1 A2 A3 B1 B2 B3":       "A1–A3 B1–B3",
		"3-1.2 3-1.3 3-1.4":       "3-1.2–3-1.4",
		"left right":              "left right",
		"1 1 1":                   "1 1 1",
		"99999999999999999999 99999999999999999999": "99999999999999999999 99999999999999999999",
	} {
		if got := strings.Join(ranges(strings.Fields(names), "–"), " "); got != want {
			t.Errorf("%s: %s, want %s", names, got, want)
		}
	}
}
