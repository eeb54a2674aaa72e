package format

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

// onlyInCSV are headers for values that a document has in an object or list, or does not have.
var onlyInCSV = []string{
	"backupStatements", "backupsBroken", "backupsCannotTell", "backupsWhole", "copyFolder", "copyVerdict", "daysSinceBackup", "findingReason", "findingSubject",
	"firstRemedy", "ok", "questions", "warnings",
}

// CSV headers must be field names of documents.
func TestHeadsAreTerms(t *testing.T) {
	known := slices.Clone(onlyInCSV)
	for _, term := range reporttest.Terms(t) {
		known = append(known, term.Name)
	}
	for list, names := range map[string][]string{
		"devices": heads(deviceColumns), "findings": heads(findingColumns),
		"stale": heads(staleColumns(report.Stale{})), "history": heads(historyColumns),
	} {
		for _, name := range names {
			if !slices.Contains(known, name) {
				t.Errorf("the CSV of %s has a head %q that is no field name in report/testdata/terms.txt", list, name)
			}
		}
	}
}
