package remedies

var lookRemedies = []*Remedy{
	{
		ID:    AskAdministrator,
		Title: "Ask the administrator of the device",
		Tier:  TierLook,
		Actor: Administrator,
		Steps: []string{
			"Ask whether a profile forbids iCloud Backup (allowCloudBackup), pairing with computers (allowHostPairing), account changes, or software updates.",
			"Ask whether the organisation has switched iCloud Backup off for its Managed Apple Accounts, or lets them be used on managed or supervised devices only: on any other the account is signed out by itself.",
			"Ask how the device is meant to be backed up instead. Apple advises organisations to use a Mac or Apple Configurator.",
			"Ask before anything is erased or restored: a restored device may lose its management, and its management may delete what was restored.",
		},
		Sources: []Source{AppleMDMRestrictions, AppleDeviceManagement, AppleServiceAccess, AppleCustomizeUserAccess, AppleManagedBackups},
	},
	{
		ID:    LeaveSharedIPad,
		Title: "Leave the settings of a Shared iPad as they are",
		Tier:  TierLook,
		Actor: Administrator,
		Steps: []string{
			"Do not switch anything on or off: a Shared iPad has no iCloud Backup, and nothing on it is wrong.",
			"Make sure that each person's documents are in iCloud or in the apps' own services, where a Shared iPad keeps them.",
		},
		Sources: []Source{AppleManagedBackups, AppleServiceAccess},
	},
	{
		ID:    CheckStorageAccount,
		Title: "Make sure that the storage that was bought belongs to this account",
		Tier:  TierLook,
		Actor: User,
		Steps: []string{
			"Go to {P-ACCOUNT} and read the address of the {account}: storage bought with another account does not count here.",
			"For a family plan, see in {P-ACCOUNT} that this account is in the family and shares its storage.",
			"Go to {P-STORAGE} and compare the size of the plan with the one that was bought; restart the {device} if it still shows the old one.",
		},
		Sources: []Source{AppleManageICloudStorage, AppleSupportReplies},
	},
	{
		ID:    CheckLastBackupDate,
		Title: "Check the date of the last backup",
		Tier:  TierLook,
		Actor: User,
		Steps: []string{
			"Go to {P-BACKUP}.",
			"Read the date of the last successful backup below Back Up Now.",
		},
		Sources: []Source{AppleBackupHelp, PopsugarNotBackedUp, HinewsBackupFailure},
	},
	{
		ID:    ReadExactMessage,
		Title: "Read the exact message",
		Tier:  TierLook,
		Actor: User,
		Steps: []string{
			"Go to {P-BACKUP}.",
			"Write down the exact message below Back Up Now.",
		},
		Sources: []Source{AppleBackupHelp, FoundingArticle},
	},
	{
		ID:    CheckICloudStorage,
		Title: "Compare the free iCloud storage with the size of the next backup",
		Tier:  TierLook,
		Actor: User,
		Steps: []string{
			"Go to {P-STORAGE} and read how much storage is used, and the total.",
			"Go to {P-BACKUPS} and read the size of the next backup.",
		},
		Sources: []Source{AppleBackupHelp, AppleManageICloudStorage, FoundingArticle, OnlyerrorcodesFailed, MacobserverStorage},
	},
	{
		ID:    CheckSystemStatus,
		Title: "Check Apple's system status page",
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
