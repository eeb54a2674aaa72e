package checks

var accountNeedsAttention = &Check{
	ID:    "account-needs-attention",
	Title: "The account asks for nothing",
	Doc: `While Apple waits for a password, a code or a verification, the device cannot reach its backups.

The person sees "Verification Failed", a message about an error connecting to iCloud, or a note below the name in Settings that the account settings need an update.
A wrong clock can cause the same messages.

Left to a person: over USB a device tells at most that an account is signed in, not whether Apple still accepts it.
Signing out and in again is the last step: it takes iCloud data off the device, and may be held back for an hour by Stolen Device Protection.`,
	Effect:   Blocks,
	Sources:  []Source{appleHT203512, appleCKError, ghacksIOS163},
	Remedies: []RemedyID{fixAccountPrompt, setDateAutomatically, tryAnotherNetwork, signOutAndIn},
	Ask:      "Does Settings show a message about the account, at its top or in {P-ACCOUNT}, or does a password or verification fail?",
}
