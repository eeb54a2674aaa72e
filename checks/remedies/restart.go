package remedies

var restartRemedies = []*Remedy{
	{
		ID:    Restart,
		Title: "Restart the device",
		Tier:  TierRestart,
		Actor: User,
		Steps: []string{
			"On the {device}, {restart}.",
			"If a button does not work, go to {P-SHUTDOWN} instead, then connect the {device} to its charger.",
			"Unlock the {device} with its passcode.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{FoundingArticle, ImobiledeviceStaleCopy},
	},
	{
		ID:    ForceRestart,
		Title: "Force the device to restart",
		Tier:  TierRestart,
		Actor: User,
		Steps: []string{
			"On the {device}, {force-restart}.",
			"Unlock the {device} with its passcode.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{AppleForceRestartIPhone, AppleForceRestartIPad, FoundingArticle, RepublicworldRestart, HoweduRestartIPad},
	},
	{
		ID:    UpdateApp,
		Title: "Update the app",
		Tier:  TierRestart,
		Actor: User,
		Steps: []string{
			"Open the App Store, tap your picture, and update the app that the message or the log names; one from elsewhere, with the tool that installed it.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{BestapplesolutionICloud},
	},
}
