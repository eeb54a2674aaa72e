package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
)

var escalateAppleSupport = &Check{
	ID:    "escalate-apple-support",
	Short: "needs Apple Support",
	Title: "The fault can be fixed without Apple",
	Doc: `Some faults lie with Apple: a backup that stays locked, or an account or store of backups that is damaged. Only Apple can fix them, and nothing done on the device helps.

The person sees failing backups although storage, network, account and software have been checked.

Only a person can answer: such a fault cannot be seen over USB. Apple Support is asked before a device is erased, not after.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.FoundingArticle},
	Remedies: []remedies.ID{remedies.CheckSystemStatus, remedies.ContactAppleSupport},
	Ask:      "Do backups still fail after the milder remedies, with a message on {P-BACKUP} that none of them explains?",
	Answers:  Answers{Yes: "Backups still fail after the milder remedies."},
}
