package remedies

var waitRemedies = []*Remedy{
	{
		ID:    BackUpNow,
		Title: "Start a backup by hand",
		Tier:  TierWait,
		Actor: User,
		After: []ID{AskAdministrator, BuyStorage, ChooseAppsToBackUp, JoinWiFi, LeaveHotspot, TurnBackupOn, SignIn},
		Steps: []string{
			"Go to {P-BACKUP}.",
			"Tap Back Up Now.",
			"Stay connected to the network until the date below the button is today's.",
		},
		Sources: []Source{ApplePH12520},
	},
	{
		ID:    BackUpOvernight,
		Title: "Leave the device on power, on Wi-Fi and locked for a night",
		Tier:  TierWait,
		Actor: User,
		After: []ID{AskAdministrator, BuyStorage, ChooseAppsToBackUp, JoinWiFi, LeaveHotspot, TurnOffLowDataMode, TurnBackupOn, SignIn},
		Steps: []string{
			"In the evening, connect the {device} to its charger.",
			"Go to {P-WIFI} and check that the network has a tick beside it.",
			"Lock the screen and leave the {device} alone until the morning.",
			"In the morning, go to {P-BACKUP} and read the date of the last backup.",
		},
		Sources: []Source{ApplePH12520, AppleWhatIsBackup, FoundingArticle},
	},
	{
		ID:    UnlockWithPasscode,
		Title: "Unlock with the passcode, then back up",
		Tier:  TierWait,
		Actor: User,
		Steps: []string{
			"Lock the {device}, then unlock it with the passcode rather than Face ID or Touch ID.",
			"Go to {P-BACKUP} and tap Back Up Now.",
			"Leave the {device} unlocked for the first minutes of the backup.",
		},
		Sources: []Source{ImobiledeviceKeychain, PublicAnalysis},
	},
	{
		ID:    LetRestoreFinish,
		Title: "Let the restore finish",
		Tier:  TierWait,
		Actor: User,
		Risk:  "What an interrupted restore has not brought back yet stays lost on the device: let it run.",
		Steps: []string{
			"Connect the {device} to its charger and to Wi-Fi.",
			"Leave it there, away from heat, until {P-BACKUP} no longer mentions a restore.",
		},
		Sources: []Source{AppleMissingAfterRestore, PublicAnalysis},
	},
	{
		ID:    LetDownloadsFinish,
		Title: "Let downloads finish, or pause them",
		Tier:  TierWait,
		Actor: User,
		Steps: []string{
			"Wait until no app on the Home Screen shows a progress ring, or pause those that do.",
			"Wait until music, podcasts and films have finished downloading.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{BestapplesolutionICloud},
	},
	{
		ID:    WaitForOtherBackup,
		Title: "Let the other use of the backup finish",
		Tier:  TierWait,
		Actor: User,
		Steps: []string{
			"Let any deletion of a backup, and any restore on another device, finish.",
			"Wait an hour.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{PublicAnalysis},
	},
	{
		ID:    WaitForService,
		Title: "Wait until Apple's service is back",
		Tier:  TierWait,
		Actor: User,
		Steps: []string{
			"Wait until www.apple.com/support/systemstatus shows iCloud Backup as available.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{AppleHT203512, MacrumorsOutage2017},
	},
}
