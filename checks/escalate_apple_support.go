package checks

var escalateAppleSupport = &Check{
	ID:    "escalate-apple-support",
	Title: "The fault can be put right without Apple",
	Doc: `Some faults lie with Apple: a backup that stays locked, or an account or store of backups that is damaged. Only Apple can mend them, and nothing done on the device helps.

The person sees failing backups although storage, network, account and software have been looked at.

Left to a person: such a fault cannot be seen over USB. Apple Support is free to ask, and is asked before a device is erased.`,
	Effect:   Informs,
	Sources:  []Source{foundingArticle},
	Remedies: []RemedyID{checkSystemStatus, contactAppleSupport},
	Ask:      "Have the milder remedies been tried without success? Then note the message on {P-BACKUP} and ask Apple Support.",
}
