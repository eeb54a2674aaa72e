package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
)

func TestFlagsFirst(t *testing.T) {
	app := newApp(newEnv(command.Env{Getenv: os.Getenv}, linked))
	for _, c := range []struct{ name, typed, want string }{
		{"flags already first", "explain --width 60 wifi-missing", "explain --width 60 wifi-missing"},
		{"value apart", "explain wifi-missing --width 60", "explain --width 60 wifi-missing"},
		{"value joined", "explain wifi-missing --width=60", "explain --width=60 wifi-missing"},
		{"one dash", "explain wifi-missing -width 60", "explain -width 60 wifi-missing"},
		{"flag without value", "scan extra --json", "scan --json extra"},
		{"value missing", "explain wifi-missing --width", "explain --width wifi-missing"},
		{"unknown flag", "explain wifi-missing --colour", "explain --colour wifi-missing"},
		{"all after two dashes is arguments", "explain -- --width 60", "explain -- --width 60"},
		{"a negative number is an argument", "explain -1009 --width 60", "explain --width 60 -- -1009"},
		{"stdin is an argument", "explain - --width 60", "explain --width 60 -"},
		{"value that looks like stdin", "scan extra --from -", "scan --from - extra"},
		{"subcommand", "releases update extra --from x", "releases update --from x extra"},
		{"a file in place of a subcommand", "report a.json --json b.json", "report --json a.json b.json"},
		{"a subcommand with files", "report diff a.json --json b.json", "report diff --json a.json b.json"},
		{"no such subcommand", "releases updaet x --from y", "releases updaet x --from y"},
		{"flag before a subcommand", "backups --backups DIR set-aside x --yes", "backups --backups DIR set-aside --yes x"},
		{"an argument where a subcommand could be", "history A-1234 --width 60", "history --width 60 A-1234"},
		{"a subcommand where an argument could be", "history stale x --days 7", "history stale --days 7 x"},
		{"no such command", "sacn x --json", "sacn x --json"},
		{"completion stays last", "explain wifi --generate-bash-completion", "explain wifi --generate-bash-completion"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := command.FlagsFirst(app.Commands, app.Flags, strings.Fields(c.typed))
			if want := strings.Fields(c.want); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
