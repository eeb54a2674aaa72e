package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/go-cmp/cmp"
)

const readmePath = "../../README.md"

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(readmePath)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeShowsTheDemo checks that the first block of the README is the demo's output. To
// regenerate it:
//
//	UPDATE=1 go test ./cmd/backupdoctor -run TestReadmeShowsTheDemo
func TestReadmeShowsTheDemo(t *testing.T) {
	demo := typedIn(t, t.Context(), map[string]string{"LANG": "C.UTF-8"}, "demo", "--width", "80")
	if demo.code != report.ExitNotExamined {
		t.Fatalf("exit code %d: %s", demo.code, demo.stderr)
	}
	want := demo.stdout
	before, rest, _ := strings.Cut(readme(t), "```text\n")
	got, after, _ := strings.Cut(rest, "```\n")
	if os.Getenv("UPDATE") != "" {
		text := before + "```text\n" + want + "```\n" + after
		if err := os.WriteFile(readmePath, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	// The dates change, since the backups of the simulated devices keep their age; and a new
	// check that finds nothing on them need not change the README.
	moving := regexp.MustCompile(`\d{4}-\d\d-\d\d|\d\d:\d\d UTC|\d+ questions|\d+ checks`)
	if diff := cmp.Diff(moving.ReplaceAllString(want, "…"), moving.ReplaceAllString(got, "…")); diff != "" {
		t.Errorf("the README does not show what the demo prints (-demo +README); UPDATE=1 writes it anew:\n%s", diff)
	}
}

func TestExitCodesAreTheSameInReadmeAndHelp(t *testing.T) {
	table := "| Code | Meaning |\n| ---: | --- |\n"
	for _, e := range report.Exits() {
		table += fmt.Sprintf("| %d | %s |\n", e.Code, e.Meaning)
	}
	if !strings.Contains(readme(t), table) {
		t.Errorf("the README lacks this table of exit codes:\n%s", table)
	}
	words := func(text string) string { return strings.Join(strings.Fields(text), " ") } // ignore line breaks
	help := typed(t, t.Context(), "--help").stdout
	if !strings.Contains(words(help), words(report.ExitTable())) {
		t.Errorf("the help text lacks the exit codes:\n%s", help)
	}
}
