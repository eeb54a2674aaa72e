package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var appCannotBeBackedUp = &Check{
	ID:    "app-cannot-be-backed-up",
	Short: "an app cannot be backed up",
	Title: "No single app makes the backup fail",
	Doc: `Apps may keep data out of backups, and management may do so for the apps it installs; that is not a fault. In rare cases, one app makes a backup fail.

The person sees a message that names an app, on older versions "Backup Not Supported".

Judged from a log in which backupd failed: where it reports errors with files, it names the app by its domain, bundle or container. An app that was not installed from the App Store, or the remains of a deleted one, can make the whole backup fail.
Otherwise only a person can answer: which app makes a backup fail cannot be read over USB. To find it, leave out half of the apps, back up, and repeat with the half that contains it.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.BestapplesolutionICloud, remedies.TrollNFCBackups, remedies.TrollStoreBackups, remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.ReadExactMessage, remedies.UpdateApp, remedies.LeaveOutNamedApp, remedies.ReinstallApp, remedies.DeleteNamedApp},
	Explains: []string{"transient-glitch", "files-unavailable", "never-backed-up", "backup-stale"},
	Ask:      "Does {P-BACKUP} or a message about the backup name one app, or were apps installed on the {device} that are not from the App Store?",
	Answers:  Answers{Yes: "One app may make the backup fail: a message names it, or it is not from the App Store."},
}
