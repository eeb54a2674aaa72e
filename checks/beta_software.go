package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var betaSoftware = &Check{
	ID:    "beta-software",
	Short: "beta software",
	Title: "The installed software is a release",
	Doc: `A beta can have faults of its own in iCloud Backup, and a backup made on a newer version cannot be restored to an older one.

Judged from the release type that the device reports, and from the build: a letter at its end, as in 24A5418b, marks a beta. A release candidate looks like a release.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleHT201418},
	Remedies: []remedies.ID{remedies.LeaveBeta, remedies.UpdateSoftware},
	Judge:    asIdentified(judgeBeta),
}

func judgeBeta(s device.Snapshot) []Finding {
	beta, err := preRelease(s)
	if err != nil {
		return unknown(s, "The build", err)
	}
	build, err := s.Device.BuildVersion.Get()
	if err != nil {
		build = "unknown"
	}
	build = device.Token(build)
	evidence := []Evidence{readIdentity(s, "Build", build, "no letter at its end", "Build Version")}
	if kind, err := live(s).ReleaseType.Get(); err == nil {
		evidence = append(evidence, read(s, "Release type", device.Token(kind), "", "lockdown ReleaseType"))
	}
	if beta {
		return warning("The installed software is a beta (build "+build+").", evidence...)
	}
	return ok("The installed software is a release (build "+build+").", evidence...)
}
