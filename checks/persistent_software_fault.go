package checks

var persistentSoftwareFault = &Check{
	ID:    "persistent-software-fault",
	Title: "Some milder remedy than erasing has helped",
	Doc: `A fault in the software on the device can outlast every milder remedy. Erasing the device and restoring it from a computer backup is then the last resort.
An iCloud backup is no safety copy here: it is the very thing that fails.
Management may forbid erasing.

The person sees failing backups whatever has been tried.

Left to a person: only trying tells. Apple Support comes first, because a fault on Apple's side outlasts erasing as well.`,
	Effect:   MayBlock,
	Sources:  []Source{foundingArticle, appleDeviceManagement},
	Remedies: []RemedyID{contactAppleSupport, eraseAndRestore},
	Ask:      "Have all other remedies been tried, Apple Support among them, and does {P-BACKUP} still show a failed backup?",
}
