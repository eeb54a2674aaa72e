package remedies

var deletingRemedies = []*Remedy{
	{
		ID:    ReinstallApp,
		Title: "Delete the app and install it again",
		Tier:  TierDeleting,
		Actor: User,
		Risk:  "Data that the app keeps only on the device are deleted with it.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"See that what the app holds is also kept elsewhere.",
			"Delete the app that the message names, and install it again from the App Store.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{BestapplesolutionICloud},
	},
	{
		ID:    FreeICloudPhotosDrive,
		Title: "Delete photos, videos and files from iCloud",
		Tier:  TierDeleting,
		Actor: User,
		Risk:  "What is deleted leaves every device of the account. Switching iCloud Photos off instead frees no iCloud storage, and makes the backup larger.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"Go to {P-PHOTOS}, choose Download and Keep Originals, and wait until all have arrived.",
			"Copy the photos and videos you want to keep to a computer, and open some of the copies.",
			"In Photos, delete large videos that are not needed.",
			"Open {P-FILES} > iCloud Drive and delete what is not needed.",
			"Empty Recently Deleted wherever something was deleted.",
		},
		Sources: []Source{FoundingArticle, AppleManageICloudStorage},
	},
	{
		ID:    DeleteOldBackup,
		Title: "Delete this device's old iCloud backup and start afresh",
		Tier:  TierDeleting,
		Actor: User,
		Risk:  "A deleted backup cannot be brought back, and iCloud Backup is off afterwards. Until the new backup has completed, the computer backup is the only one.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"See that the computer backup is of today, and that backupdoctor verify, given its password, calls it whole.",
			"Go to {P-BACKUPS} and delete the backup (Delete & Turn Off Backup).",
			"Restart the {device}: {restart}.",
			"Go to {P-BACKUP} and switch {backup-switch} on.",
			"Connect the {device} to its charger and to Wi-Fi, and tap Back Up Now.",
			"Leave it there, for hours if need be, until the date below the button is today's.",
		},
		Sources: []Source{FoundingArticle, AppleHT201418, CleanmasterOldBackups},
	},
}
