package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var enableBackupFails = &Check{
	ID:    "enable-backup-fails",
	Short: "iCloud Backup cannot be switched on",
	Title: "iCloud Backup can be switched on",
	Doc: `Switching iCloud Backup on needs a network, a correct clock and an account in good standing. Without one of them the switch does not stay on.

The person sees that switching it on never finishes, or "There was a problem enabling iCloud Backup".

Only a person can answer: over USB the switch can be read, but not why it would not stay on.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.PublicAnalysis},
	Remedies: []remedies.ID{remedies.FixAccountPrompt, remedies.AcceptTerms, remedies.JoinWiFi, remedies.TurnOffVPN, remedies.SetDateAutomatically, remedies.Restart, remedies.UpdateSoftware, remedies.SignOutAndIn, remedies.ContactAppleSupport, remedies.DeleteOldBackup},
	Explains: []string{"backup-turned-off", "never-backed-up"},
	Ask:      "Does {backup-switch} on {P-BACKUP} refuse to be switched on, or go off again?",
	Answers:  Answers{Yes: "iCloud Backup refuses to be switched on, or goes off again."},
}
