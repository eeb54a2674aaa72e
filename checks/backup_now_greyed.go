package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var backupNowGreyed = &Check{
	ID:    "backup-now-greyed",
	Short: "Back Up Now greyed out",
	Title: "Back Up Now can be tapped",
	Doc: `A grey Back Up Now is a symptom. The button is grey without a network that backups may use, where management forbids backups, and on a demo unit; during a restore it is replaced, and while iCloud Backup is off it is hidden.

The person sees the grey button, often with a line below it that says why.

Only a person can answer: the button itself cannot be seen over USB. Each possible reason has its own check.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.IphonelifeGreyButton, remedies.SoundsupportBackups, remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.AskAdministrator, remedies.ReadExactMessage, remedies.JoinWiFi, remedies.TurnBackupOn, remedies.LetRestoreFinish},
	Ask:      "Is Back Up Now grey or missing on {P-BACKUP}, and what does the line below it say?",
	Answers:  Answers{Yes: "Back Up Now is grey or missing."},
}
