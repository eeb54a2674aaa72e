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
			"If Encrypt local backup is not ticked yet and this computer holds a good backup of the {device}, run backupdoctor backups set-aside with its UDID first: ticking it starts a backup at once, which overwrites that one.",
			"Tick Encrypt local backup, choose a password, and keep it where you will find it.",
			"Press Back Up Now, enter the passcode on the {device} if it asks, and wait until the backup has completed.",
			"Run backupdoctor verify with the UDID of the {device} and the password. The backup is a safety copy only if it is whole.",
		},
		Sources: []Source{FoundingArticle, AppleEncryptedBackups},
	},
}
