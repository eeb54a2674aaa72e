package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var iosRegression = &Check{
	ID:    "ios-regression",
	Short: "faulty iOS version",
	Title: "The installed version has no known fault in iCloud Backup",
	Doc: `Some releases broke iCloud Backup for some people, until the next one fixed it.

Judged from the installed version against a short list of such releases, each with a public report. Where iCloud Backup is off on such a release, the release is the likely reason, and comes before the switch.
A version that is not on the list may still have a fault that is not listed.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.GhacksIOS163},
	Remedies: []remedies.ID{remedies.UpdateSoftware, remedies.UpdateWithComputer},
	Explains: []string{"backup-turned-off", "never-backed-up", "backup-stale"},
	Judge:    asIdentified(judgeRegression),
}

// A regression is a range of versions with a fault in iCloud Backup, both ends included.
type regression struct {
	from, to device.Version
	note     string // what happened, completing a sentence that begins with the version
	source   remedies.Source
}

var regressions = []regression{
	{
		from:   device.Version{Major: 16, Minor: 3},
		to:     device.Version{Major: 16, Minor: 3},
		note:   "switched iCloud Backup off by itself for some people, or would not let it be switched on",
		source: remedies.GhacksIOS163,
	},
}

func judgeRegression(s device.Snapshot) []Finding {
	version, err := s.Device.Version()
	if err != nil {
		return unknown(s, "The installed version", err)
	}
	evidence := installedVersion(s, version)
	for _, r := range regressions {
		if version.Compare(r.from) >= 0 && version.Compare(r.to) <= 0 {
			reported := read(s, "Reported by", r.source.Title, "", r.source.URL)
			if on, err := live(s).CloudBackup.Enabled.Get(); err == nil && !on {
				found := problem(fmt.Sprintf("%s %s, and on this device it is off.", osVersion(s, version), r.note), evidence,
					read(s, "iCloud Backup switch", onOff(on), "on", switchSource), reported)
				found[0].Remedies = []remedies.ID{remedies.TurnBackupOn, remedies.UpdateSoftware, remedies.UpdateWithComputer}
				return found
			}
			return warning(fmt.Sprintf("%s %s.", osVersion(s, version), r.note), evidence, reported)
		}
	}
	return ok(fmt.Sprintf("%s is not on the list of releases with a known fault in iCloud Backup.", osVersion(s, version)), evidence)
}
