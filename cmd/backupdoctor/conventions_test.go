package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// conventions are what people and scripts expect of a command-line program. Each names a test
// that enforces it: a file below the root of the module, and a line in it.
var conventions = []struct{ what, file, line string }{
	{"data on stdout, messages on stderr", "cmd/backupdoctor/testdata/script/usage.txtar", "! stdout ."},
	{"human first; --json for programs", "cmd/backupdoctor/testdata/script/scan_backups.txtar", "--json"},
	{"--plain: a record a line, not wrapped", "cmd/backupdoctor/testdata/script/baseline.txtar", "--plain"},
	{"symbol and word, ASCII where there is no UTF-8", "report/format/ascii_test.go", "func TestASCII("},
	{"order of what decides on colour", "cmd/backupdoctor/testdata/script/color.txtar", "NO_COLOR"},
	{"each stream has colour by itself", "cmd/backupdoctor/terminal/terminal_test.go", "func TestColorOffATerminal("},
	{"no animation off a terminal", "cmd/backupdoctor/terminal/screen_test.go", "func TestStatusIsOnlyForATerminal("},
	{"ids are stable and in kebab-case", "checks/validator_test.go", "is not in kebab-case"},
	{"could not be checked is not failed", "checks/judgements_test.go", "it has to show the device well, unwell and unknown"},
	{"evidence: value, expected, source", "checks/catalogue_evidence_test.go", "func TestStrengthOfEvidence("},
	{"remedies have steps, an actor and sources; none loses data without a copy", "checks/validator_test.go", "func (v *validator) safety("},
	{"root causes first", "checks/causes_order_test.go", "func TestWhichCauseStandsFirst("},
	{"explain works offline", "cmd/backupdoctor/testdata/script/explain.txtar", "backupdoctor explain 303"},
	{"explain takes what a report shows", "cmd/backupdoctor/testdata/script/explain.txtar", "backupdoctor explain backup stale"},
	{"select, skip and list checks", "cmd/backupdoctor/testdata/script/select_checks.txtar", "--skip"},
	{"suppress with a reason and an end, counted", "cmd/backupdoctor/testdata/script/ignore.txtar", "--show-suppressed"},
	{"compare with an earlier report", "cmd/backupdoctor/testdata/script/baseline.txtar", "--baseline monday.json"},
	{"exit codes are documented once", "cmd/backupdoctor/readme_test.go", "func TestExitCodesAreTheSameInReadmeAndHelp("},
	{"JSON has a schema that it follows", "report/schema_test.go", "func TestSchema("},
	{"the run as a stream of events", "cmd/backupdoctor/testdata/script/events.txtar", "run_summary"},
	{"a summary at the end, and the next command", "cmd/backupdoctor/testdata/script/next.txtar", "Next"},
	{"no prompt without a terminal", "cmd/backupdoctor/testdata/script/usage.txtar", "--no-input"},
	{"a file is not overwritten silently", "cmd/backupdoctor/testdata/script/outputs.txtar", "--force"},
	{"the width is held", "report/format/table_test.go", "func TestTableHoldsItsWidth("},
	{"the width comes from the flag, COLUMNS or the terminal", "cmd/backupdoctor/testdata/script/width.txtar", "env COLUMNS=60"},
	{"a scan reads only", "cmd/backupdoctor/flow_test.go", "func TestScanAsksNothingMore("},
	{"a report says that the program reads only, or that it made copies", "report/schema_test.go", `"Tool.effect":          {"read-only", report.EffectBackup}`},
	{"only a run that makes copies says so", "cmd/backupdoctor/backup_report_test.go", "r.Tool.Effect != report.EffectBackup"},
	{"JUnit for CI servers", "report/format/junit_test.go", "func TestJUnitTellsEveryStatus("},
	{"flag before variable before file", "cmd/backupdoctor/config/config_test.go", "func TestPrecedence("},
	{"--version and -v", "cmd/backupdoctor/testdata/script/help.txtar", "backupdoctor --version"},
	{"completion", "cmd/backupdoctor/testdata/script/completion.txtar", "completion"},
	{"a manual page", "cmd/backupdoctor/testdata/script/help.txtar", "backupdoctor man"},
	{"the manual page lists every variable", "cmd/backupdoctor/help_test.go", "func TestManualListsEveryVariable("},
}

// TestConventions checks that the tests in the list exist.
func TestConventions(t *testing.T) {
	for _, c := range conventions {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(c.file)))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if !strings.Contains(string(text), c.line) {
			t.Errorf("%s: %s has no %q any more", c.what, c.file, c.line)
		}
	}
}
