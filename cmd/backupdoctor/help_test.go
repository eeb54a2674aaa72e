package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
	"github.com/urfave/cli/v2"
)

// Every help text fits a terminal, and a scan's most used flags come first.
func TestHelpFitsATerminal(t *testing.T) {
	skipOneByOne(t)
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

// The section ENVIRONMENT of the manual lists every variable that a help text names, except those
// that --exec sets for its command.
func TestManualListsEveryVariable(t *testing.T) {
	mentioned := regexp.MustCompile(`BACKUPDOCTOR_[A-Z_]*[A-Z]|PGPASS[A-Z]+`)
	for _, part := range []hubPart{linked, withHub} {
		page := manual(newApp(newEnv(command.Env{Getenv: os.Getenv}, part)), part.variables)
		help, environment, found := strings.Cut(page, "# ENVIRONMENT\n")
		names := mentioned.FindAllString(help, -1)
		if !found || len(names) < 5 {
			t.Fatalf("the manual has no section ENVIRONMENT, or names only %q", names)
		}
		for _, name := range names {
			forExec := slices.Contains([]string{"BACKUPDOCTOR_UDID", "BACKUPDOCTOR_SLOT", "BACKUPDOCTOR_VERDICT"}, name)
			if !forExec && !strings.Contains(environment, name) {
				t.Errorf("%s is not listed", name)
			}
		}
	}
}
