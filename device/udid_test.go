package device

import "testing"

func TestSameUDID(t *testing.T) {
	const udid = "00008110-000514AE0C22801E"
	for name, test := range map[string]struct {
		a, b string
		want bool
	}{
		"as it is":           {udid, udid, true},
		"without the hyphen": {udid, "00008110000514AE0C22801E", true},
		"in lower case":      {"00008110-000514ae0c22801e", udid, true},
		"neither":            {"00008110000514ae0c22801e", udid, true},
		"long form":          {"00000000000000000000000000000000DEADBEEF", "00000000000000000000000000000000deadbeef", true},
		"another device":     {udid, "00008110-000514AE0C22801F", false},
		"one is unknown":     {udid, "", false},
		"both are unknown":   {"", "", false},
		"hyphens alone":      {"-", "-", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := SameUDID(test.a, test.b); got != test.want {
				t.Errorf("SameUDID(%q, %q) = %t", test.a, test.b, got)
			}
		})
	}
}
