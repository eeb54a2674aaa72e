package checks

var screenTimeAccountChanges = &Check{
	ID:    "screen-time-account-changes",
	Title: "Screen Time allows account changes",
	Doc: `Screen Time can lock the account and its iCloud settings, so that iCloud Backup can be neither switched nor signed in to. A backup that is already on keeps running.

The person sees a grey name or grey iCloud settings, or the message that signing out is not available due to restrictions.

Left to a person: Screen Time's settings cannot be read over USB. For a child's device, the family organiser can tell.`,
	Effect:   MayBlock,
	Sources:  []Source{fonetipsSignOut, macmythsAccountChanges},
	Remedies: []RemedyID{allowAccountChanges},
	Ask:      "Are the name or the iCloud settings grey, or are account changes not allowed in {P-SCREENTIME}?",
}
