package remedies

var lookRemedies = []*Remedy{
	{
		ID:    CheckLastBackupDate,
		Title: "Check the date of the last backup",
		Tier:  TierLook,
		Actor: User,
		Steps: []string{
			"Go to {P-BACKUP}.",
			"Read the date of the last successful backup below Back Up Now.",
		},
		Sources: []Source{PopsugarNotBackedUp, HinewsBackupFailure},
	},
	{
		ID:    ReadExactMessage,
		Title: "Read the exact message",
		Tier:  TierLook,
		Actor: User,
		Steps: []string{
			"Go to {P-BACKUP}.",
			"Note word for word the message below Back Up Now.",
		},
		Sources: []Source{FoundingArticle},
	},
	{
		ID:    CheckICloudStorage,
		Title: "Compare the free iCloud storage with the size of the next backup",
		Tier:  TierLook,
		Actor: User,
		Steps: []string{
			"Go to {P-STORAGE} and read how much storage is used, and how much there is.",
			"Go to {P-BACKUPS} and read the size of the next backup.",
		},
		Sources: []Source{FoundingArticle, OnlyerrorcodesFailed, MacobserverStorage, AppleManageICloudStorage},
	},
	{
		ID:    CheckSystemStatus,
		Title: "Look at Apple's system status page",
		Tier:  TierLook,
		Actor: User,
		Steps: []string{
			"Open www.apple.com/support/systemstatus in a browser.",
			"Read the lines iCloud Backup, iCloud Account & Sign In and iCloud Storage Upgrades.",
		},
		Sources: []Source{AppleHT203512},
	},
	{
		ID:    FindUnreadableItem,
		Title: "Look for an item that does not open",
		Tier:  TierLook,
		Actor: User,
		Steps: []string{
			"Look through the newest photos, videos and downloads for one that does not open.",
			"Note which one it is, and keep it until a computer backup has been made.",
		},
		Sources: []Source{ImobiledeviceUnreadable, PymobiledeviceFiles},
	},
}
