package remedies

var roomRemedies = []*Remedy{
	{
		ID:    TemporaryICloudStorage,
		Title: "Use temporary iCloud storage to move to a new device",
		Tier:  TierRoom,
		Actor: User,
		Risk:  "The temporary backup is kept for 21 days only.",
		Steps: []string{
			"Go to {P-NEWDEVICE} and follow the screens until the backup has completed.",
		},
		Sources: []Source{JimmytechTemporary, SetappTemporary},
	},
	{
		ID:    BuyStorage,
		Title: "Get more iCloud storage",
		Tier:  TierRoom,
		Actor: User,
		Risk:  "The plan is paid for every month until it is cancelled.",
		Steps: []string{
			"Go to {P-PLAN} and choose a plan with room for the next backup.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{FoundingArticle, AppleManageICloudStorage},
	},
	{
		ID:    ChooseAppsToBackUp,
		Title: "Leave large apps out of the backup",
		Tier:  TierRoom,
		Actor: User,
		Risk:  "What the existing backup holds of these apps is deleted, and later backups do without it.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"Go to {P-CHOOSE}.",
			"Switch off the apps whose data need no backup, the largest first, and confirm with Turn Off & Delete.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{FoundingArticle},
	},
	{
		ID:    DeleteOtherDevicesBackups,
		Title: "Delete backups of devices you no longer own",
		Tier:  TierRoom,
		Actor: User,
		Risk:  "A deleted backup cannot be brought back.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"Go to {P-ALL-BACKUPS}.",
			"Tap a device that you no longer own, never the one you are holding.",
			"See that nothing in its backup is still needed, then delete the backup.",
		},
		Sources: []Source{FoundingArticle, AppleHT201418, CleanmasterOldBackups},
	},
	{
		ID:    EmptyRecentlyDeleted,
		Title: "Empty the Recently Deleted folders",
		Tier:  TierRoom,
		Actor: User,
		Risk:  "What is removed there cannot be brought back.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"In Photos, open the album Recently Deleted, look through it, and delete what is not needed.",
			"Open {P-FILES} > Recently Deleted, look through it, and delete what is not needed.",
		},
		Sources: []Source{FoundingArticle},
	},
	{
		ID:    FreeDeviceStorage,
		Title: "Free storage on the device",
		Tier:  TierRoom,
		Actor: User,
		Risk:  "Deleted videos and downloads cannot be brought back.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"Go to {P-SPACE} and see what takes the most room.",
			"Offload apps that are not in use, where it is offered: their data stay.",
			"Delete videos and downloads that are not needed.",
			"Restart the {device}: {restart}.",
		},
		Sources: []Source{BestapplesolutionICloud, ImobiledeviceDiskSpace},
	},
}
