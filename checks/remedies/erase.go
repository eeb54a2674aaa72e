package remedies

var eraseRemedies = []*Remedy{
	{
		ID:    ReplaceDemoSoftware,
		Title: "Have the demonstration software replaced",
		Tier:  TierErase,
		Actor: Technician,
		Risk:  "Everything on the device is erased.",
		Needs: []ID{ComputerBackup, ContactAppleSupport},
		Steps: []string{
			"Have the seller or Apple replace the demonstration software with the ordinary {os}.",
			"Set the {device} up, then go to {P-BACKUP} and switch {backup-switch} on.",
		},
		Sources: []Source{PublicAnalysis},
	},
	{
		ID:    EraseAndRestore,
		Title: "Erase the device and restore it from the computer backup",
		Tier:  TierErase,
		Actor: User,
		Risk:  "Everything on the device is erased. What the computer backup does not hold is lost.",
		Needs: []ID{ComputerBackup, ContactAppleSupport},
		Steps: []string{
			"See that the computer backup is encrypted and of today, and that backupdoctor verify, given its password, calls it whole.",
			"See that the password of the {account} is at hand.",
			"Go to {P-ERASE} and confirm; switch Find My off if it asks.",
			"While setting up, choose to restore from a Mac or PC, and take the computer backup.",
			"Go to {P-BACKUP}, switch {backup-switch} on, and tap Back Up Now.",
		},
		Sources: []Source{FoundingArticle},
	},
}
