package remedies

var escalateRemedies = []*Remedy{
	{
		ID:    AskAdministrator,
		Title: "Ask the administrator of the device",
		Tier:  TierEscalate,
		Actor: Administrator,
		Steps: []string{
			"Ask whether a profile forbids iCloud Backup (allowCloudBackup), pairing with computers (allowHostPairing), account changes, or software updates.",
			"Ask whether the organisation has switched iCloud Backup off for its Managed Apple Accounts.",
			"Ask how the device is meant to be backed up instead.",
		},
		Sources: []Source{AppleDeviceManagement, AppleMDMRestrictions, AppleServiceAccess, AppleCustomizeUserAccess},
	},
	{
		ID:    ContactAppleSupport,
		Title: "Contact Apple Support",
		Tier:  TierEscalate,
		Actor: Apple,
		Steps: []string{
			"Open the Apple Support app, or support.apple.com/contact in a browser.",
			"Tell the model, the {os} version, the date of the last backup, and the exact message or code.",
			"Tell what has been tried so far.",
		},
		Sources: []Source{FoundingArticle},
	},
}
