package report

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// Trust is attached devices with the answer to one question: does it trust this computer.
func Trust(snapshots []device.Snapshot) []Device {
	list := slices.DeleteFunc(checks.All(), func(c *checks.Check) bool { return c.ID != "not-trusted" })
	return convert(snapshots, func(s device.Snapshot) Device {
		return NewDevice(Examined{Snapshot: s, Diagnosis: checks.Diagnose(s, checks.Run(s, list))})
	})
}
