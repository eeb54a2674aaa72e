package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/urfave/cli/v2"
)

// Every help text fits a terminal, and a scan's most used flags come first.
func TestHelpFitsATerminal(t *testing.T) {
	var walk func(commands []*cli.Command, path ...string)
	walk = func(commands []*cli.Command, path ...string) {
		for line := range strings.Lines(typed(t, t.Context(), append(path, "--help")...).stdout) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
				t.Errorf("%v --help has %d columns: %s", path, n, line)
			}
		}
		for _, c := range commands {
			if c.Name != "help" {
				walk(c.Subcommands, append(slices.Clone(path), c.Name)...)
			}
		}
	}
	walk(newApp(newEnv(command.Env{Getenv: os.Getenv}, linked)).Commands)
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
