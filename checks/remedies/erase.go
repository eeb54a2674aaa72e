package remedies

var eraseRemedies = []*Remedy{
	{
		ID:    ReplaceDemoSoftware,
		Title: "Have the demo software replaced",
		Tier:  TierErase,
		Actor: Technician,
		Loses: LosesData,
		Guard: GuardedOnce,
		Risk:  "Everything on the device is erased.",
		Needs: []ID{ComputerBackup, ContactAppleSupport},
		Steps: []string{
			"Have the seller or Apple replace the demo software with the regular {os}.",
			"Set the {device} up, then go to {P-BACKUP} and switch {backup-switch} on.",
		},
		Sources: []Source{PublicAnalysis},
	},
	{
		ID:    EraseAndRestore,
		Title: "Erase the device and restore it from the computer backup",
		Tier:  TierErase,
		Actor: User,
		Loses: LosesData,
		Guard: GuardedOnce,
		Risk:  "Everything on the device is erased. What the computer backup does not include is lost.",
		Needs: []ID{ComputerBackup, ContactAppleSupport},
		Steps: []string{
			"Make sure that the computer backup is encrypted: an unencrypted one includes no saved passwords, Health data, call history or Wi-Fi settings.",
			"Where an organisation manages the {device}, ask its administrator first: a restored device may come back without its management.",
			"Make sure that the password of the {account} is at hand.",
			"Go to {P-ERASE} and confirm; switch Find My off if it asks, and keep the eSIM.",
			"During setup, choose to restore from a Mac or PC, and select the computer backup.",
			"Go to {P-BACKUP}, switch {backup-switch} on, and tap Back Up Now.",
		},
		Sources: []Source{AppleRestoreSupervised, AppleStolenDevice, FoundingArticle},
	},
}
