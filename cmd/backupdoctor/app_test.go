package main

import (
	"strings"
	"testing"
)

func TestEveryCommandHasHelpWithExamples(t *testing.T) {
	for _, command := range newApp(surroundings{}).Commands {
		if command.Name == "version" || command.Name == "help" {
			continue // nothing to show
		}
		if command.Usage == "" || !strings.Contains(command.Description, "Examples:\n\n   ") && !command.Hidden {
			t.Errorf("%s has the usage %q and this description:\n%s", command.Name, command.Usage, command.Description)
		}
	}
}

// A help text is read in a terminal that is 100 columns wide, or a little more.
func TestHelpIsNotTooWide(t *testing.T) {
	for _, command := range newApp(surroundings{}).Commands {
		for line := range strings.Lines(typed(t, t.Context(), command.Name, "--help").stdout) {
			if width := len(strings.TrimSuffix(line, "\n")); width > 120 {
				t.Errorf("%s --help has a line of %d columns:\n%s", command.Name, width, line)
			}
		}
	}
}

func TestClosestIsOnlyGivenWhereItIsNear(t *testing.T) {
	names := []string{"scan", "schema", "releases", "backup-stale"}
	for word, want := range map[string]string{
		"sacn":         "scan",
		"relases":      "releases",
		"backup-stael": "backup-stale",
		"nonsense":     "",
		"":             "",
	} {
		if got := closest(word, names); got != want {
			t.Errorf("closest to %q is %q, want %q", word, got, want)
		}
	}
}

func TestMuxHintNamesWhatThisSystemNeeds(t *testing.T) {
	for goos, want := range map[string]string{
		"linux":   "systemctl start usbmuxd",
		"freebsd": "install usbmuxd",
		"darwin":  "part of macOS",
		"windows": "Apple Devices",
	} {
		if got := muxHint(goos); !strings.Contains(got, want) {
			t.Errorf("on %s the hint is %q, want it to have %q", goos, got, want)
		}
	}
}
