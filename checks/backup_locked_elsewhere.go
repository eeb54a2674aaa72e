package checks

var backupLockedElsewhere = &Check{
	ID:    "backup-locked-elsewhere",
	Title: "Nothing else is using the backup",
	Doc: `While a backup is being deleted, or another device is being restored from it, Apple locks it and no new backup can be written.

The person sees a message of its own on the iCloud Backup page.

Left to a person: the lock lies with Apple, and the device does not tell it over USB.`,
	Effect:   MayBlock,
	Sources:  []Source{publicAnalysis},
	Remedies: []RemedyID{waitForOtherBackup, restart, contactAppleSupport},
	Ask:      "Was a backup of this {device} just deleted, is another device being restored from it, or does {P-BACKUP} say that the backup is in use?",
}
