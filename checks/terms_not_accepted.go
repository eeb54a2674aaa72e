package checks

var termsNotAccepted = &Check{
	ID:    "terms-not-accepted",
	Title: "The iCloud terms have been accepted",
	Doc: `After Apple changes the terms of iCloud, its services wait until the new ones have been accepted.

The person sees "New iCloud Terms and Conditions", and if accepting fails, "Cannot Complete Action".

Left to a person: the device does not tell it over USB.`,
	Effect:   Blocks,
	Sources:  []Source{thetoolstrunkTerms, bigitshopTerms},
	Remedies: []RemedyID{acceptTerms, turnOffVPN, restart, updateSoftware},
	Ask:      "Does Settings ask to accept new iCloud terms, at its top or in {P-ACCOUNT}?",
}
