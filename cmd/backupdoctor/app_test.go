package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/cmd/backupdoctor/command"
)

func TestEveryCommandHasHelpWithExamples(t *testing.T) {
	for _, command := range newApp(newEnv(command.Env{Getenv: os.Getenv}, withHub)).Commands {
		if command.Name == "version" || command.Name == "help" {
			continue // nothing to show
		}
		if command.Usage == "" || !strings.Contains(command.Description, "Examples:\n\n   ") && !command.Hidden {
			t.Errorf("%s has the usage %q and this description:\n%s", command.Name, command.Usage, command.Description)
		}
	}
}

// Help texts are read in terminals that are 100 columns wide or slightly wider.
func TestHelpIsNotTooWide(t *testing.T) {
	skipOneByOne(t)
	for _, command := range newApp(newEnv(command.Env{Getenv: os.Getenv}, withHub)).Commands {
		for line := range strings.Lines(typed(t, t.Context(), command.Name, "--help").stdout) {
			if width := len(strings.TrimSuffix(line, "\n")); width > 120 {
				t.Errorf("%s --help has a line of %d columns:\n%s", command.Name, width, line)
			}
		}
	}
}

// Only main accesses the process itself, so that tests can run every command.
func TestOnlyMainTouchesTheProcess(t *testing.T) {
	var files []string
	for _, pattern := range []string{"*.go", "*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
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
			t.Errorf("%s uses %s: take it from env", file, found)
		}
	}
}
