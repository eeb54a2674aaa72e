package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var icloudOutage = &Check{
	ID:    "icloud-outage",
	Short: "iCloud outage",
	Title: "Apple's iCloud services are up",
	Doc: `Now and then iCloud Backup or a service that it needs is down or too busy, for everyone or for some people. On 27 and 28 June 2017 restores stalled for under one percent of users, while new backups went through.

The person sees "The last backup could not be completed.", often on several devices at once.

Judged from the attempts recorded in a backup on this computer: MBErrorDomain/304 and related errors mean that Apple's service did not accept them.
With --net, Apple's status page is read: an outage of iCloud Backup is a problem, other trouble a hint.
Otherwise only a person can answer: the device does not know.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.AppleHT203512, remedies.AppleCKError, remedies.MacrumorsOutage2017},
	Remedies: []remedies.ID{remedies.CheckSystemStatus, remedies.WaitForService},
	Explains: []string{"never-backed-up", "backup-stale"},
	Ask:      "Does www.apple.com/support/systemstatus show trouble with iCloud Backup or iCloud Account & Sign In?",
	Answers:  Answers{Yes: "Apple's status page shows trouble with iCloud."},
	Judge:    judgeService,
}

func judgeService(s device.Snapshot) []Finding {
	return judgeFailures(s, "icloud-outage", "found Apple's service down or too busy",
		freshOr(s, ", so Apple's services were up.", ask("")))
}
