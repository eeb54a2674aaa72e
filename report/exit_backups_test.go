package report_test

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

func TestExitCodeOfBackups(t *testing.T) {
	for name, test := range map[string]struct {
		run  report.Run
		want int
	}{
		"whole":                                {report.Run{Examined: []report.Examined{reporttest.Shelved(reporttest.WholeProof)}}, report.ExitNoProblem},
		"broken":                               {report.Run{Examined: []report.Examined{reporttest.Shelved(reporttest.WholeProof, reporttest.BrokenProof)}}, report.ExitProblems},
		"cannot tell wins over broken":         {report.Run{Examined: []report.Examined{reporttest.Shelved(reporttest.BrokenProof), reporttest.Shelved(reporttest.HiddenProof)}}, report.ExitNotExamined},
		"none":                                 {report.Run{}, report.ExitNoDevice},
		"a closed place is not none":           {report.Run{Places: []report.Place{reporttest.Shut}}, report.ExitNotExamined},
		"a closed place beside a whole backup": {report.Run{Places: []report.Place{reporttest.Shut}, Examined: []report.Examined{reporttest.Shelved(reporttest.WholeProof)}}, report.ExitNotExamined},
		"interrupted":                          {report.Run{Gaps: []device.Gap{{Reason: device.Interrupted}}, Examined: []report.Examined{reporttest.Shelved(reporttest.BrokenProof)}}, report.ExitInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			test.run.Subject = report.OfBackups
			if got := report.New(test.run).ExitCode(); got != test.want {
				t.Errorf("exit code %d, want %d", got, test.want)
			}
		})
	}
}

func TestRedactedReportHidesPlaces(t *testing.T) {
	run := report.Run{Subject: report.OfBackups, Redacted: true, Places: []report.Place{{Path: "/Users/quincy", Target: "/Volumes/quincy"}}}
	if document := string(jsonOf(t, report.New(run))); strings.Contains(document, "quincy") {
		t.Errorf("the path is still there:\n%s", document)
	}
	if run.Places[0].Path != "/Users/quincy" {
		t.Error("the run was changed")
	}
}
