package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var backupNowGreyed = &Check{
	ID:    "backup-now-greyed",
	Short: "Back Up Now greyed out",
	Title: "Back Up Now can be tapped",
	Doc: `A grey Back Up Now is a symptom. It is grey without a network that backups may use, where management forbids backups, and on a demonstration unit; a restore replaces it, and it is hidden while iCloud Backup is off.

The person sees the grey button, often with a line below it that says why.

Left to a person: the button itself cannot be seen over USB. Each of its reasons is a check of its own.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.IphonelifeGreyButton, remedies.SoundsupportBackups, remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.AskAdministrator, remedies.ReadExactMessage, remedies.JoinWiFi, remedies.TurnBackupOn, remedies.LetRestoreFinish},
	Ask:      "Is Back Up Now grey or missing on {P-BACKUP}, and what does the line below it say?",
	Answers:  Answers{Yes: "Back Up Now is grey or missing."},
}
