package remedies

// Remedies for backups to a computer, other than setting an old one aside and making a new one.

var computerLookRemedies = []*Remedy{
	{
		ID:    VerifyLocalBackup,
		Title: "Keep the backup on the computer, and check whether it is whole",
		Tier:  TierLook,
		Actor: User,
		Steps: []string{
			"Delete nothing: the folder may hold the only copy.",
			"Run backupdoctor verify with the UDID of the {device}, and give the backup's password if it is encrypted. Add --deep to compare contents too.",
			"Compare the version of {os} in the backup with the one on the {device}: an older {device} has to be updated before a newer backup can be restored to it.",
		},
		Sources: []Source{AppleLocalBackupHelp},
	},
}

var computerSettingsRemedies = []*Remedy{
	{
		ID:    ReconnectToComputer,
		Title: "Connect the device to the computer again, with another cable",
		Tier:  TierSettings,
		Actor: User,
		Steps: []string{
			"Connect the {device} to a port of the computer itself, not of a hub, with another cable. Over Wi-Fi, use a cable instead.",
			"Unlock the {device}, and leave it unlocked until the backup has begun.",
			"Restart the {device} and the computer, and close security software while the backup runs.",
		},
		Sources: []Source{AppleLocalBackupHelp},
	},
	{
		ID:    FreeComputerDisk,
		Title: "Free space on the computer's disk",
		Tier:  TierSettings,
		Actor: User,
		Steps: []string{
			"See how much is free on the disk that holds the backups: a first backup needs about as much as the {device} has in use.",
			"Move other files to another disk, or the folder of backups to a larger one. Keep the newest whole backup of each device.",
		},
		Sources: []Source{ImobiledeviceHostDisk},
	},
	{
		ID:    FreeBackupFolder,
		Title: "Make sure that the folder of backups can be written",
		Tier:  TierSettings,
		Actor: User,
		Steps: []string{
			"Close every program that has the folder of backups open: backup, sync and security software.",
			"Make sure that your user owns the folder and everything in it, and may change it.",
			"On a disk on the network or in a cloud drive, back up to a disk of the computer instead.",
		},
		Sources: []Source{AppleLocalBackupHelp},
	},
	{
		ID:    CheckComputerDisk,
		Title: "Check the computer's disk",
		Tier:  TierSettings,
		Actor: User,
		Steps: []string{
			"Copy what is needed from the disk to another one first.",
			"Check the disk: with First Aid in Disk Utility on a Mac, with chkdsk on Windows.",
		},
	},
	{
		ID:    ResetAllSettings,
		Title: "Reset All Settings, if the password of computer backups is lost",
		Tier:  TierSettings,
		Actor: User,
		Guard: GuardedHour,
		Risk:  "Settings such as the Home Screen layout and the wallpaper return to their defaults. Existing encrypted backups stay locked: without their password they cannot be opened.",
		Steps: []string{
			"Look for the password first: in Keychain Access on a Mac, or among the passwords used when an earlier device was set up. Try it with backupdoctor verify.",
			"Go to {P-RESETALL} and enter the passcode of the {device}. Data and apps stay.",
			"Run backupdoctor backups set-aside with the UDID of the {device}, so that the locked backup is kept.",
			"Open {computer-app}, tick Encrypt local backup, choose a new password, and press Back Up Now.",
			"Run backupdoctor verify with the UDID and the new password.",
		},
		Sources: []Source{AppleEncryptedBackups},
	},
}

var computerSoftwareRemedies = []*Remedy{
	{
		ID:    UpdateComputer,
		Title: "Update the computer's software",
		Tier:  TierSoftware,
		Actor: User,
		Steps: []string{
			"Install the newest macOS that the Mac supports or, on Windows, the newest Apple Devices or iTunes.",
			"Restart the computer.",
		},
		Sources: []Source{AppleLocalBackupHelp},
	},
}
