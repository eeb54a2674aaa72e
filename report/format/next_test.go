package format

import (
	"slices"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// A backup that was found in a folder that the user named is not in those that verify searches.
func TestNextVerifyNamesTheFolder(t *testing.T) {
	r := report.Report{Devices: []report.Device{{UDID: "1", Next: string(checks.NextVerify)}}}
	for program, want := range map[string]string{
		"Finder": "Next: backupdoctor verify (proves the backup on this computer)",
		"":       "Next: backupdoctor verify --backups DIR (DIR is the folder of this scan: proves the backup on this computer)",
	} {
		r.Places = []report.Place{{Path: "/backups", Program: program}}
		if got := nextNotes(r); !slices.Equal(got, []string{want}) {
			t.Errorf("%q: %q, want %q", program, got, want)
		}
	}
}
