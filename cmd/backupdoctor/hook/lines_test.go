package hook

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLines(t *testing.T) {
	for name, test := range map[string]struct {
		parts []string
		want  []string
	}{
		"nothing":             {nil, nil},
		"in parts":            {[]string{"a", "b\nc", "\n", "\nd"}, []string{"> ab\n", "> c\n", "> \n", "> d\n"}},
		"escapes":             {[]string{"\x1b[2Ja\rb\x00\n"}, []string{"> [2Ja b\n"}},
		"as long as may be":   {[]string{strings.Repeat("a", maxLine), "\n"}, []string{"> " + strings.Repeat("a", maxLine) + "\n"}},
		"too long":            {[]string{strings.Repeat("a", maxLine), "a\nb"}, []string{"> " + strings.Repeat("a", maxLine) + "…\n", "> b\n"}},
		"a letter in two":     {[]string{"\xc3", "\xa9\n"}, []string{"> é\n"}},
		"not a letter at all": {[]string{"\xc3\n"}, []string{"> \uFFFD\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			l := &lines{prefix: "> ", print: func(line string) { got = append(got, line) }}
			for _, part := range test.parts {
				if n, err := l.Write([]byte(part)); n != len(part) || err != nil {
					t.Errorf("%d of %d bytes are taken, %v", n, len(part), err)
				}
			}
			l.close()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Dropped output is reported once.
func TestLinesSayWhatIsLeftOut(t *testing.T) {
	var got []string
	l := &lines{prefix: "> ", print: func(line string) { got = append(got, line) }}
	for range 10 * maxOutput / 100 {
		l.Write([]byte(strings.Repeat("a", 99) + "\n"))
	}
	l.close()
	if want := maxOutput/100 + 1; len(got) != want || got[want-1] != "> the rest of more than 64 KiB of output is left out\n" {
		t.Errorf("%d lines, the last is %q; want %d", len(got), got[len(got)-1], want)
	}
}

// FuzzLines checks that printed output never moves the cursor, always has its prefix, and is
// bounded.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\x1b[2J\r\n"), 3)
	f.Fuzz(func(t *testing.T, data []byte, at int) {
		l := &lines{prefix: "> ", print: func(line string) {
			text, ended := strings.CutSuffix(line, "\n")
			if !ended || !strings.HasPrefix(text, "> ") || strings.ContainsAny(text, "\n\r\x1b\x00") || len(text) > 3*maxLine+100 {
				t.Errorf("passed on %q", line)
			}
		}}
		at = max(0, min(at, len(data)))
		l.Write(data[:at])
		l.Write(data[at:])
		l.close()
		if cap(l.line) > 2*maxLine {
			t.Errorf("%d bytes are set aside for a line", cap(l.line))
		}
	})
}
