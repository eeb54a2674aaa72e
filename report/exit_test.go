package report

import (
	"strings"
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

func TestExitCode(t *testing.T) {
	gap := func(why device.Reason, devices ...Examined) Run {
		return Run{Gaps: []device.Gap{{Reason: why}}, Examined: devices}
	}
	atRisk := failing("at risk")
	atRisk.Diagnosis.Verdict = "at-risk"
	for name, test := range map[string]struct {
		run  Run
		want int
	}{
		"nothing found":                           {sampleRun(well("x")), ExitNoProblem},
		"a warning is no problem":                 {sampleRun(atRisk), ExitNoProblem},
		"problems":                                {sampleRun(well("x"), failing("y")), ExitProblems},
		"not examined wins over problems":         {sampleRun(failing("x"), unexamined("y")), ExitNotExamined},
		"examined, but not to the end":            {sampleRun(ended(failing("x"), device.Timeout)), ExitNotExamined},
		"a door shut, with devices":               {gap(device.Malformed, well("x")), ExitNotExamined},
		"no device":                               {Run{}, ExitNoDevice},
		"no usbmuxd":                              {gap(device.Unreachable), ExitNoMux},
		"usbmuxd talks nonsense":                  {gap(device.Malformed), ExitNoMux},
		"interrupted wins over everything":        {gap(device.Interrupted, failing("x"), unexamined("y")), ExitInterrupted},
		"interrupted before a device was found":   {gap(device.Interrupted), ExitInterrupted},
		"interrupted in the middle of one device": {sampleRun(ended(failing("x"), device.Interrupted)), ExitInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			r := New(test.run)
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
	lines := strings.Split(strings.TrimSuffix(ExitTable(), "\n"), "\n")
	if len(lines) != len(Exits()) {
		t.Fatalf("%d lines for %d codes", len(lines), len(Exits()))
	}
	if lines[0] != "  0  no problem found" || lines[len(lines)-1] != "130  interrupted" {
		t.Errorf("from %q to %q", lines[0], lines[len(lines)-1])
	}
}
