package remedies

var softwareRemedies = []*Remedy{
	{
		ID:    UpdateSoftware,
		Title: "Update the software",
		Tier:  TierSoftware,
		Actor: User,
		Risk:  "An update cannot be undone.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"Connect the {device} to its charger and to Wi-Fi.",
			"Go to {P-UPDATE} and install what is offered.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{AppleHT203512, FoundingArticle},
	},
	{
		ID:    UpdateWithComputer,
		Title: "Update the software with a computer",
		Tier:  TierSoftware,
		Actor: User,
		Risk:  "An update cannot be undone. Restore, the button beside Update, erases the device.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"Connect the {device} to a computer you trust, and open {computer-app}.",
			"Select the {device} and press Check for Update.",
			"Choose Download and Update, never Restore.",
		},
		Sources: []Source{FudzillaGPS},
	},
	{
		ID:    LeaveBeta,
		Title: "Leave the beta programme",
		Tier:  TierSoftware,
		Actor: User,
		Risk:  "A backup made on a newer version cannot be restored to an older one.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"Go to {P-BETA}.",
			"Go to {P-UPDATE} and install the next release when it is offered.",
		},
		Sources: []Source{AppleHT201418},
	},
	{
		ID:    UpdateOtherDevices,
		Title: "Update the other devices of the account",
		Tier:  TierSoftware,
		Actor: User,
		Loses: LosesCopy,
		Risk:  "A device that is removed from the account no longer receives its iCloud data.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"Go to {P-ACCOUNT} and note the devices listed there.",
			"Update each iPhone and iPad to 16.2 or later, and each Mac to macOS 13.1 or later.",
			"Remove from the account what cannot be updated: every device of the account has to meet this, including an Apple TV, Apple Watch or HomePod.",
		},
		Sources: []Source{AppleADP},
	},
}
