package command

import "testing"

func TestDaysOf(t *testing.T) {
	for text, want := range map[string]int{"14d": 14, "2w": 14, "1d": 1, "3650d": 3650, "3651d": 0, "0d": 0, "": 0, "14": 0, "1h": 0, "-1d": 0, "99999d": 0, "1d ": 0, "9999w": 0} {
		got, err := Days("since", text)
		if got != want && want != 0 || (err == nil) != (want != 0) {
			t.Errorf("%q are %d days, %v; want %d", text, got, err, want)
		}
	}
}
