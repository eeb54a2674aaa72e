package checks

var corruptPreviousBackup = &Check{
	ID:    "corrupt-previous-backup",
	Title: "The backup in iCloud is sound",
	Doc: `A new backup builds on the one before it. If that one is damaged or stuck, every new attempt can fail, with enough room and good Wi-Fi.
A backup that never completed shows neither size nor date, and cannot be restored from.

The person sees "The last backup could not be completed." again and again.

Left to a person: nothing proves it, over USB or elsewhere; it is what remains once room, Wi-Fi and a restart have been ruled out.
Deleting the old backup cannot be undone and also switches iCloud Backup off, so it comes late, and never before a computer backup.`,
	Effect:   Blocks,
	Sources:  []Source{foundingArticle, appleHT201418, cleanmasterOldBackups},
	Remedies: []RemedyID{readExactMessage, restart, contactAppleSupport, deleteOldBackup},
	Ask:      "Does every backup fail although there is room and the Wi-Fi is good, or does {P-BACKUPS} show a backup without size or date?",
}
