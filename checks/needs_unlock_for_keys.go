package checks

var needsUnlockForKeys = &Check{
	ID:    "needs-unlock-for-keys",
	Title: "The device has its encryption keys at hand",
	Doc: `A backup needs keys that the device can only reach once it has been unlocked with its passcode. After a restart, and after the passcode has changed, they may be missing until then.

The person sees a message about encryption keys, or backups that fail since a restart.

Left to a person: whether the device is locked at this moment is known over USB, whether a backup missed its keys last night is not.`,
	Effect:   MayBlock,
	Sources:  []Source{imobiledeviceKeychain, publicAnalysis},
	Remedies: []RemedyID{unlockWithPasscode, restart},
	Ask:      "Has the {device} not been unlocked with its passcode since it last restarted, was the passcode changed lately, or does {P-BACKUP} speak of encryption keys?",
}
