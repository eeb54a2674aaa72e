package checks

var icloudStorageFull = &Check{
	ID:    "icloud-storage-full",
	Title: "iCloud has room for the next backup",
	Doc: `A backup that does not fit into the free iCloud storage is not made.
The storage is shared by the backups of all devices of the account, iCloud Photos, iCloud Drive, Messages and Mail, and on a shared plan by the family.

The person sees the notice "iPhone Backup Failed", the title "Not Enough Storage" below Back Up Now, or a banner at the top of Settings, which exists since iOS 10.3.

Left to a person: nothing a device tells over USB has the iCloud storage in it.
A recent backup shows only that there was room on that day.`,
	Effect:  Blocks,
	Sources: []Source{foundingArticle, appleCKError, misoiduncanStorageFull, applech2FailedNotice, hinewsBackupFailure, appleManageICloudStorage},
	Remedies: []RemedyID{
		checkICloudStorage, chooseAppsToBackUp, deleteOtherDevicesBackups, emptyRecentlyDeleted, buyStorage, freeICloudPhotosDrive, backUpNow,
	},
	Ask: "Is the iCloud storage full, or nearly? {P-STORAGE} shows how much is used, and of how much.",
}
