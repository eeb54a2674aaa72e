package remedies

var disruptiveRemedies = []*Remedy{
	{
		ID:    ResetNetworkSettings,
		Title: "Reset the network settings",
		Tier:  TierDisruptive,
		Actor: User,
		Loses: LosesData,
		Risk:  "Saved Wi-Fi networks with their passwords, and VPN settings, are removed.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"Write down the Wi-Fi passwords and VPN settings that you will need again.",
			"Go to {P-NETRESET} and confirm.",
			"Go to {P-WIFI} and join the network again.",
		},
	},
	{
		ID:    SignOutAndIn,
		Title: "Sign out of the account, and in again",
		Tier:  TierDisruptive,
		Actor: User,
		Guard: GuardedHour,
		Loses: LosesCopy,
		Risk:  "iCloud data that is not kept as a copy is removed from the device until it has signed in again.",
		Needs: []ID{ComputerBackup},
		Steps: []string{
			"Make sure that the password of the {account} is at hand.",
			"Go to {P-SIGNOUT}, enter the password if it is asked for, and keep a copy of all data that is offered.",
			"Restart the {device}: {restart}.",
			"Go to {P-SIGNIN} and sign in.",
			"Go to {P-BACKUP}, switch {backup-switch} on, and tap Back Up Now.",
		},
		Sources: []Source{AppleStolenDevice},
	},
	{
		ID:    RemoveOwnProfile,
		Title: "Remove a configuration profile of your own",
		Tier:  TierDisruptive,
		Actor: User,
		Loses: LosesData,
		Risk:  "The accounts, apps and settings that came with the profile are removed with it.",
		Needs: []ID{ComputerBackup},
		After: []ID{AskAdministrator},
		Steps: []string{
			"Go to {P-MDM}, tap each profile, and read what it restricts.",
			"Remove only a profile that is your own and no longer needed; leave those of an employer or school alone.",
			"Go to {P-BACKUP} and see that {backup-switch} can be switched.",
		},
		Sources: []Source{AppleMDMRestrictions},
	},
}
