package checks

var backupTooLarge = &Check{
	ID:    "backup-too-large",
	Title: "The next backup fits into the free iCloud storage",
	Doc: `There may be room in iCloud, and yet less than the next backup needs.
While iCloud Photos is off, all photos and videos of the device are part of the backup, and often most of it.

The person sees the same messages as with full iCloud storage; Settings shows the size of the next backup.

Left to a person: neither that size nor the free iCloud storage can be read over USB. The storage in use on the device is more than a backup holds.`,
	Effect:   Blocks,
	Sources:  []Source{foundingArticle, appleWhatIsBackup},
	Remedies: []RemedyID{checkICloudStorage, chooseAppsToBackUp, buyStorage, freeDeviceStorage},
	Ask:      "Is the next backup larger than the free iCloud storage? {P-BACKUPS} shows the size, {P-STORAGE} the room.",
}
