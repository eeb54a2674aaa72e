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

Left to a person: which app a backup trips over cannot be read over USB. Leaving apps out by halves, and backing up each time, finds it.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.BestapplesolutionICloud, remedies.TrollNFCBackups, remedies.TrollStoreBackups, remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.ReadExactMessage, remedies.LeaveOutNamedApp, remedies.UpdateApp, remedies.ReinstallApp, remedies.DeleteNamedApp},
	Ask:      "Does {P-BACKUP} or a message about the backup name one app?",
	Told:     Told{Yes: "A message names one app that gets in the way of the backup."},
}
