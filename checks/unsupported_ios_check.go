// This file is not called unsupported_ios.go, which Go would build for iOS only.

package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var unsupportedIOS = &Check{
	ID:    "unsupported-ios",
	Short: "iOS too old for iCloud Backup",
	Title: "The installed version can use iCloud Backup",
	Doc: `Since 18 December 2024 iCloud Backup needs iOS 9 or later. Backups that older versions had made were deleted.
iPhone 4s, iPad 2, iPad mini, iPod touch (5th generation) and anything later can be updated to iOS 9 or above; older models cannot, and are left with backups to a computer.

Judged from the installed version.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.MacrumorsIOS9Minimum, remedies.TechtelegraphOldBackups},
	Remedies: []remedies.ID{remedies.UpdateSoftware, remedies.UpdateWithComputer, remedies.ComputerBackup},
	Explains: []string{"backup-turned-off", "never-backed-up", "backup-stale", "backup-expired-180-days", "signed-out", "software-out-of-date"},
	Judge:    asIdentified(judgeUnsupported),
}

// minimumVersion is the oldest version that Apple's backup service still serves.
var minimumVersion = device.Version{Major: 9}

func judgeUnsupported(s device.Snapshot) []Finding {
	version, err := s.Device.Version()
	if err != nil {
		return unknown(s, "The installed version", err)
	}
	evidence := installedVersion(s, version)
	evidence.Expected = "9 or later"
	if version.Compare(minimumVersion) >= 0 {
		return ok(fmt.Sprintf("%s can use iCloud Backup.", osVersion(s, version)), evidence)
	}
	if newest, err := newestVersion(s); err == nil && newest.Compare(minimumVersion) < 0 {
		last := problem(fmt.Sprintf("%s is too old for iCloud Backup, which needs iOS 9 or later, and this model can run nothing newer than %s.", osVersion(s, version), newest), evidence)
		last[0].Remedies = []remedies.ID{remedies.ComputerBackup}
		return last
	}
	return problem(fmt.Sprintf("%s is too old for iCloud Backup, which needs iOS 9 or later.", osVersion(s, version)), evidence)
}
