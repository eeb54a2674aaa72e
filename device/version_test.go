package device

import (
	"errors"
	"testing"
)

func TestParseVersion(t *testing.T) {
	tests := map[string]struct {
		want Version
		text string // as formatted
	}{
		"26":     {Version{26, 0, 0}, "26"},
		"26.0":   {Version{26, 0, 0}, "26"},
		"18.7":   {Version{18, 7, 0}, "18.7"},
		"10.3.4": {Version{10, 3, 4}, "10.3.4"},
		"16.0.3": {Version{16, 0, 3}, "16.0.3"},
	}
	for text, test := range tests {
		got, err := ParseVersion(text)
		if err != nil || got != test.want || got.String() != test.text {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, test.want)
		}
	}
}

func TestParseVersionRejects(t *testing.T) {
	for _, text := range []string{"", ".", "26.", ".6", "26.6.1.1", "-1", "+26", "26,6", " 26", "26 beta", "1e2", "99999", "٢٦"} {
		if got, err := ParseVersion(text); !errors.Is(err, Malformed) {
			t.Errorf("%q was read as %v, %v", text, got, err)
		}
	}
}

func TestVersionCompare(t *testing.T) {
	rising := []string{"9.3.6", "10", "10.3.3", "10.3.4", "18.7", "18.9", "18.10", "18.10.1", "26", "26.6.1"}
	for i, left := range rising {
		for j, right := range rising {
			v, _ := ParseVersion(left)
			w, _ := ParseVersion(right)
			if got := v.Compare(w); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("Compare(%s, %s) = %d", left, right, got)
			}
		}
	}
}

func FuzzParseVersion(f *testing.F) {
	f.Add("26")
	f.Add("18.7.10")
	f.Fuzz(func(t *testing.T, text string) {
		first, err := ParseVersion(text)
		if err != nil {
			return
		}
		if second, err := ParseVersion(first.String()); err != nil || second != first {
			t.Errorf("%q is %v, which reads as %v, %v", text, first, second, err)
		}
	})
}

func TestIdentityVersion(t *testing.T) {
	tests := map[string]struct {
		installed Fact[string]
		want      Version
		err       error
	}{
		"known":             {Known("18.7.2"), Version{18, 7, 2}, nil},
		"not told":          {Unknown[string](Locked), Version{}, Locked},
		"rapid response":    {Known("16.4.1 (a)"), Version{16, 4, 1}, nil},
		"build behind":      {Known("27.0 (24A5279h)"), Version{27, 0, 0}, nil},
		"beta":              {Known("27.0 beta 2"), Version{27, 0, 0}, nil},
		"zero at the end":   {Known("26.2.0"), Version{26, 2, 0}, nil},
		"one number":        {Known("26"), Version{26, 0, 0}, nil},
		"empty":             {Known(""), Version{}, Malformed},
		"only a suffix":     {Known(" (a)"), Version{}, Malformed},
		"letters behind it": {Known("16.4.1a"), Version{}, Malformed},
		"not a word":        {Known("Yukon"), Version{}, Malformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Identity{ProductVersion: test.installed}.Version()
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("got %v, %v; want %v, %v", got, err, test.want, test.err)
			}
		})
	}
}

func TestModelNumber(t *testing.T) {
	tests := map[string]struct {
		family       string
		major, minor int
		ok           bool
	}{
		"iPhone14,6":        {"iPhone", 14, 6, true},
		"iPad8,12":          {"iPad", 8, 12, true},
		"iPod9,1":           {"iPod", 9, 1, true},
		"AudioAccessory5,1": {"AudioAccessory", 5, 1, true},
		"":                  {},
		"iPhone":            {},
		"iPhone14":          {},
		"iPhone14,":         {},
		"iPhone,6":          {},
		"14,6":              {},
		"iPhone14,6,1":      {},
		"iPhone14,-6":       {},
		"iPhone014,6":       {},
		"iPhone14,6\x1b":    {},
	}
	for text, want := range tests {
		family, major, minor, ok := ModelNumber(text)
		if family != want.family || major != want.major || minor != want.minor || ok != want.ok {
			t.Errorf("%q: got %s %d %d %t", text, family, major, minor, ok)
		}
	}
}
