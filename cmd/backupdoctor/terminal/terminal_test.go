package terminal

import (
	"bytes"
	"runtime"
	"testing"
)

// in returns an environment with these variables.
func in(environment map[string]string) func(string) string {
	return func(name string) string { return environment[name] }
}

func TestColorOffATerminal(t *testing.T) {
	type env = map[string]string
	for _, c := range []struct {
		name  string
		asked string
		env   env
		want  bool
	}{
		{"no word", "auto", nil, false},
		{"flag", "always", nil, true},
		{"flag before NO_COLOR", "always", env{"NO_COLOR": "1"}, true},
		{"flag before FORCE_COLOR", "never", env{"FORCE_COLOR": "1"}, false},
		{"forced", "auto", env{"FORCE_COLOR": "1"}, true},
		{"forced the older way", "auto", env{"CLICOLOR_FORCE": "1"}, true},
		{"forced by nothing", "auto", env{"FORCE_COLOR": "0"}, false},
		{"NO_COLOR before FORCE_COLOR", "auto", env{"NO_COLOR": "1", "FORCE_COLOR": "1"}, false},
		{"empty NO_COLOR does not count", "auto", env{"NO_COLOR": "", "FORCE_COLOR": "1"}, true},
		{"forced before TERM", "auto", env{"FORCE_COLOR": "1", "TERM": "dumb"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Color(new(bytes.Buffer), in(c.env), c.asked); got != c.want {
				t.Errorf("colour is %t, want %t", got, c.want)
			}
		})
	}
}

func TestWidthOffATerminal(t *testing.T) {
	for _, c := range []struct {
		name    string
		asked   int
		columns string
		want    int
	}{
		{"no word", 0, "", 100},
		{"COLUMNS", 0, "72", 72},
		{"flag before COLUMNS", 60, "72", 60},
		{"COLUMNS is no number", 0, "wide", 100},
		{"COLUMNS is nothing", 0, "0", 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := in(map[string]string{"COLUMNS": c.columns})
			if got := Width(new(bytes.Buffer), env, c.asked); got != c.want {
				t.Errorf("width is %d, want %d", got, c.want)
			}
		})
	}
}

func TestMessagesAreWrapped(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"as wide as this\n":              "as wide as this\n",
		"wider than it is":               "wider than it\nis",
		"hint: start it\nand go on now":  "hint: start it\nand go on now",
		"  a fold that is wide\n":        "  a fold that\n  is wide\n",
		"remove it now? [y/N] ":          "remove it now?\n[y/N] ",
		"\x1b[1mbold and wide\x1b[0m":    "\x1b[1mbold and wide\x1b[0m",
		"a b\n\n\nc":                     "a b\n\n\nc",
		"go to https://hub.example/in/7": "go to\nhttps://hub.example/in/7",
		"a.word.that.is.too.long.for.it": "a.word.that.is.\ntoo.long.for.it",
	} {
		if got := wrapped(text, 15); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestUTF8ByLocale(t *testing.T) {
	type env = map[string]string
	for _, c := range []struct {
		name string
		env  env
		want bool
	}{
		{"UTF-8", env{"LANG": "fr_FR.UTF-8"}, true},
		{"utf8", env{"LANG": "C.utf8"}, true},
		{"with a modifier", env{"LANG": "de_DE.UTF-8@euro"}, true},
		{"Latin-1", env{"LANG": "fr_FR.ISO-8859-1"}, false},
		{"C", env{"LANG": "C"}, false},
		{"LC_ALL before LANG", env{"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}, false},
		{"LC_CTYPE before LANG", env{"LC_CTYPE": "fr_FR.UTF-8", "LANG": "C"}, true},
		{"LC_ALL before LC_CTYPE", env{"LC_ALL": "C", "LC_CTYPE": "fr_FR.UTF-8"}, false},
		{"no word", nil, runtime.GOOS != "linux"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := UTF8(in(c.env)); got != c.want {
				t.Errorf("UTF-8 is %t, want %t", got, c.want)
			}
		})
	}
}
