package remedies

var safetyCopyRemedies = []*Remedy{
	{
		ID:    ComputerBackup,
		Title: "Make an encrypted computer backup, and check it",
		Tier:  TierSafetyCopy,
		Actor: User,
		Risk:  "Without its password, an encrypted backup cannot be opened.",
		Steps: []string{
			"Connect the {device} to a computer you trust, with more free disk space than the {device} has in use.",
			"Open {computer-app}, and select the {device}.",
			"If Encrypt local backup is ticked already, the backup uses the password that was set then. If it is unknown, try the passwords you know with backupdoctor verify; only Reset All Settings allows a new one.",
			"If Encrypt local backup is not ticked yet and this computer holds a good backup of the {device}, run backupdoctor backups set-aside with its UDID first: ticking it starts a backup at once, which overwrites that one.",
			"Tick Encrypt local backup, choose a password, and keep it where you will find it.",
			"Press Back Up Now, enter the passcode on the {device} if it asks, and wait until the backup has completed.",
			"Run backupdoctor verify with the UDID of the {device} and the password. The backup is a safety copy only if it is whole.",
			"A backup of a supervised device can be restored only to supervised devices, and the reverse.",
		},
		Sources: []Source{AppleEncryptedBackups, AppleManagedBackups, AppleRestoreSupervised, FoundingArticle},
	},
	{
		ID:    KeepPhotoOriginals,
		Title: "Download the originals of iCloud Photos, with enough room for them",
		Tier:  TierSafetyCopy,
		Actor: User,
		Steps: []string{
			"Go to {P-STORAGE} and read how much Photos uses, and to {P-SPACE} and read how much is free on the {device}.",
			"Only if there is room for all of it, go to {P-PHOTOS}, choose Download and Keep Originals, and wait until all have arrived.",
			"Otherwise leave Optimise Storage on, and download the originals to a computer with enough free disk space, or from www.icloud.com.",
			"Copy the photos and videos you want to keep to a computer, and open some of the copies.",
		},
		Sources: []Source{AppleWhatIsBackup},
	},
}
