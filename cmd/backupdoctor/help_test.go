package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// The flags of a help text fit on a terminal, and a scan's most used come first.
func TestHelpFitsATerminal(t *testing.T) {
	for _, name := range []string{"scan", "watch", "bench", "listen", "report", "verify", "backups", "devices", "history", "sysdiagnose"} {
		_, flags, found := strings.Cut(typed(t, t.Context(), name, "--help").stdout, "\nOPTIONS:\n")
		if !found {
			t.Errorf("%s --help lists no flags", name)
		}
		for line := range strings.Lines(flags) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
				t.Errorf("%s --help has %d columns: %s", name, n, line)
			}
		}
	}
	for line := range strings.Lines(typed(t, t.Context(), "scan", "--help").stdout) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("scan --help has %d columns: %s", n, line)
		}
	}
	help := typed(t, t.Context(), "scan", "--help").stdout
	at := -1
	for _, want := range []string{"   Most used\n", "   --pair ", "   --steps ", "   -o FORMAT", "   Devices\n", "   --jobs ", "   Report\n", "   Backups\n", "   --password-command COMMAND\n"} {
		next := strings.Index(help, want)
		if next <= at {
			t.Errorf("%q is not where it should be in\n%s", want, help)
		}
		at = next
	}
}
