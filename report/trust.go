package report

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// Trust returns a report on whether each attached device trusts this computer. It runs no other
// check.
func Trust(listed device.Recording) Report {
	list := slices.DeleteFunc(checks.All(), func(c *checks.Check) bool { return c.ID != "not-trusted" })
	run := Run{LeftOut: listed.LeftOut, Gaps: listed.Gaps}
	for _, s := range listed.Snapshots {
		run.Examined = append(run.Examined, Examined{Snapshot: s, Diagnosis: checks.Diagnose(s, checks.Run(s, list))})
	}
	return New(run)
}
