package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var appCannotBeBackedUp = &Check{
	ID:    "app-cannot-be-backed-up",
	Short: "an app cannot be backed up",
	Title: "No single app gets in the way of the backup",
	Doc: `Apps may keep data out of backups, and management may do so for the apps it installs; that is no fault. Rarely, one app makes a backup fail.

The person sees a message that names an app, on older versions "Backup Not Supported".

Judged from a log in which backupd failed: where it tells of trouble with files, it names the app by its domain, its bundle or its container. An app that was not installed from the App Store, or what is left of one that was deleted, can end the whole backup.
Otherwise left to a person: which app a backup trips over cannot be read over USB. Leaving apps out by halves, and backing up each time, finds it.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.BestapplesolutionICloud, remedies.TrollNFCBackups, remedies.TrollStoreBackups, remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.ReadExactMessage, remedies.UpdateApp, remedies.LeaveOutNamedApp, remedies.ReinstallApp, remedies.DeleteNamedApp},
	Explains: []string{"transient-glitch", "files-unavailable", "never-backed-up", "backup-stale"},
	Ask:      "Does {P-BACKUP} or a message about the backup name one app, or were apps installed on the {device} that are not from the App Store?",
	Answers:  Answers{Yes: "One app may get in the way of the backup: a message names it, or it is not from the App Store."},
}
