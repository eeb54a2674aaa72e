package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The first block of the README is what the demo prints, shortened at [...]. Backups of the
// simulated devices are as old as ever, so their dates move with the day.
func TestReadmeShowsWhatTheDemoPrints(t *testing.T) {
	_, rest, _ := strings.Cut(readme(t), "```text\n")
	block, _, _ := strings.Cut(rest, "```\n")
	dates := regexp.MustCompile(`\d{4}-\d\d-\d\d|\d\d:\d\d UTC`)
	rest = dates.ReplaceAllString(demoText(t), "…")
	for line := range strings.Lines(dates.ReplaceAllString(block, "…")) {
		if line == "[…]\n" || line == "\n" {
			continue
		}
		_, after, found := strings.Cut(rest, line)
		if !found {
			t.Fatalf("the demo does not print this line, or not there:\n%sshorten the block anew from: go run ./cmd/backupdoctor demo --width 100", line)
		}
		rest = after
	}
}

func demoText(t *testing.T) string {
	t.Helper()
	s := typedIn(t, t.Context(), map[string]string{"LANG": "C.UTF-8"}, "demo", "--width", "100")
	if s.code != report.ExitNotExamined {
		t.Fatalf("exit code %d: %s", s.code, s.stderr)
	}
	return s.stdout
}

func TestExitCodesAreTheSameInReadmeAndHelp(t *testing.T) {
	table := "| Code | Meaning |\n| ---: | --- |\n"
	for _, e := range report.Exits() {
		table += fmt.Sprintf("| %d | %s |\n", e.Code, e.Meaning)
	}
	if !strings.Contains(readme(t), table) {
		t.Errorf("the README lacks this table of exit codes:\n%s", table)
	}
	help := typed(t, t.Context(), "--help").stdout
	if !strings.Contains(help, indented(indented(report.ExitTable()))) {
		t.Errorf("the help text lacks the exit codes:\n%s", help)
	}
}
