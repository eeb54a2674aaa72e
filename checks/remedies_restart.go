package checks

var restartRemedies = []*Remedy{
	{
		ID:    restart,
		Title: "Restart the device",
		Tier:  TierRestart,
		Actor: User,
		Steps: []string{
			"On the {device}, {restart}.",
			"If a button does not work, go to {P-SHUTDOWN} instead, then connect the {device} to its charger.",
			"Unlock the {device} with its passcode.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{foundingArticle, imobiledeviceStaleCopy},
	},
	{
		ID:    forceRestart,
		Title: "Force the device to restart",
		Tier:  TierRestart,
		Actor: User,
		Steps: []string{
			"On the {device}, {force-restart}.",
			"Unlock the {device} with its passcode.",
			"Go to {P-BACKUP} and tap Back Up Now.",
		},
		Sources: []Source{foundingArticle, republicworldRestart, howeduRestartIPad, appleForceRestartIPhone, appleForceRestartIPad},
	},
}
