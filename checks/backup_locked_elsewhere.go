package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var backupLockedElsewhere = &Check{
	ID:    "backup-locked-elsewhere",
	Short: "backup in use elsewhere",
	Title: "Nothing else is using the backup",
	Doc: `While a backup is being deleted, or another device is being restored from it, Apple locks it and no new backup can be written.

The person sees a specific message on the iCloud Backup page.

Judged from the attempts recorded in a backup on this computer: MBErrorDomain/13 is such a lock.
Otherwise only a person can answer: the lock is on Apple's side, and the device does not report it over USB.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.WaitForOtherBackup, remedies.Restart, remedies.ContactAppleSupport},
	Explains: []string{"never-backed-up", "backup-stale"},
	Ask:      "Was a backup of this {device} just deleted, is another device being restored from it, or does {P-BACKUP} say that the backup is in use?",
	Answers:  Answers{Yes: "Something else is using the backup."},
	Judge:    judgeServerLock,
}

func judgeServerLock(s device.Snapshot) []Finding {
	return judgeFailures(s, "backup-locked-elsewhere", "found the backup in use on Apple's side",
		freshOr(s, ", so nothing else was using it.", ask("")))
}
