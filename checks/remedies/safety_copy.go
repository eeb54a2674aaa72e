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
			"Tick Encrypt local backup, choose a password, and keep it where you will find it.",
			"Press Back Up Now, enter the passcode on the {device} if it asks, and wait until the backup has completed.",
			"See that the last backup to this computer shows today's date and time.",
		},
		Sources: []Source{FoundingArticle},
	},
}
