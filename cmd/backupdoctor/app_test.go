package main

import (
	"os"
	"path/filepath"
	"regexp"
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
		for _, want := range []string{want, "USBMUXD_SOCKET_ADDRESS"} {
			if got := muxHint(goos); !strings.Contains(got, want) {
				t.Errorf("on %s the hint is %q, want it to have %q", goos, got, want)
			}
		}
	}
}

// Only main touches the process itself, so that every command can be run by a test.
func TestOnlyMainTouchesTheProcess(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	process := regexp.MustCompile(`\bos\.(Stdin|Stdout|Stderr|Exit|Args|Getenv|LookupEnv|Environ|UserConfigDir|UserHomeDir)\b`)
	for _, file := range files {
		if file == "main.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := process.Find(source); found != nil {
			t.Errorf("%s uses %s: take it from surroundings", file, found)
		}
	}
}
