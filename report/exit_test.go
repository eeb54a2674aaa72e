package report_test

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/testdata/reporttest"
)

func TestExitCode(t *testing.T) {
	gap := func(why device.Reason, devices ...report.Examined) report.Run {
		return report.Run{Gaps: []device.Gap{{Reason: why}}, Examined: devices}
	}
	atRisk := reporttest.Failing("at risk")
	atRisk.Diagnosis.Verdict = checks.AtRisk
	with := func(v checks.Verdict) report.Examined {
		e := reporttest.Well(string(v))
		e.Diagnosis.Verdict = v
		return e
	}
	unproved, suppressed, newer := with(checks.NoCauseFound), with(checks.Suppressed), with("splendid")
	failOn := func(level report.FailOn, devices ...report.Examined) report.Run {
		run := reporttest.Run(devices...)
		run.FailOn = level
		return run
	}
	for name, test := range map[string]struct {
		run  report.Run
		want int
	}{
		"backed up":                                     {reporttest.Run(reporttest.Well("x")), report.ExitNoProblem},
		"a warning":                                     {reporttest.Run(atRisk), report.ExitProblems},
		"a warning wins over no cause found":            {reporttest.Run(atRisk, unproved), report.ExitProblems},
		"no cause found":                                {reporttest.Run(reporttest.Well("x"), unproved), report.ExitNotExamined},
		"suppressed":                                    {reporttest.Run(suppressed), report.ExitNoProblem},
		"a verdict of a newer program":                  {reporttest.Run(reporttest.Well("x"), newer), report.ExitNotExamined},
		"no cause found, from warning":                  {failOn(report.Warning, unproved), report.ExitNoProblem},
		"at risk, from warning":                         {failOn(report.Warning, atRisk), report.ExitProblems},
		"at risk, from problem":                         {failOn(report.Problem, atRisk, unproved), report.ExitNoProblem},
		"failing, from problem":                         {failOn(report.Problem, reporttest.Failing("x")), report.ExitProblems},
		"not examined, from problem":                    {failOn(report.Problem, reporttest.Unexamined("x")), report.ExitNotExamined},
		"read in part, from problem":                    {failOn(report.Problem, reporttest.Ended(reporttest.Well("x"), device.Timeout)), report.ExitNotExamined},
		"problems":                                      {reporttest.Run(reporttest.Well("x"), reporttest.Failing("y")), report.ExitProblems},
		"not examined wins over problems":               {reporttest.Run(reporttest.Failing("x"), reporttest.Unexamined("y")), report.ExitNotExamined},
		"examined, but not to the end":                  {reporttest.Run(reporttest.Ended(reporttest.Failing("x"), device.Timeout)), report.ExitNotExamined},
		"a source that could not be read, with devices": {gap(device.Malformed, reporttest.Well("x")), report.ExitNotExamined},
		"no device":                                     {report.Run{}, report.ExitNoDevice},
		"no usbmuxd":                                    {gap(device.Unreachable), report.ExitNoMux},
		"usbmuxd talks nonsense":                        {gap(device.Malformed), report.ExitNoMux},
		"interrupted wins over everything":              {gap(device.Interrupted, reporttest.Failing("x"), reporttest.Unexamined("y")), report.ExitInterrupted},
		"interrupted before a device was found":         {gap(device.Interrupted), report.ExitInterrupted},
		"interrupted in the middle of one device":       {reporttest.Run(reporttest.Ended(reporttest.Failing("x"), device.Interrupted)), report.ExitInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			r := report.New(test.run)
			if r.ExitCode() != test.want {
				t.Errorf("exit code %d (%s), want %d", r.ExitCode(), r.Exit.Meaning, test.want)
			}
			if r.Exit.Meaning == "" {
				t.Error("the exit code has no meaning")
			}
		})
	}
}

func TestExitTableHasEveryCode(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(report.ExitTable(), "\n"), "\n")
	if len(lines) != len(report.Exits()) {
		t.Fatalf("%d lines for %d codes", len(lines), len(report.Exits()))
	}
	if !strings.HasPrefix(lines[0], "  0  every device is backed up") || lines[len(lines)-1] != "130  interrupted" {
		t.Errorf("from %q to %q", lines[0], lines[len(lines)-1])
	}
}
