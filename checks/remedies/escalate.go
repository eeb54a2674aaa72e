package remedies

var escalateRemedies = []*Remedy{
	{
		ID:    ContactAppleSupport,
		Title: "Contact Apple Support",
		Tier:  TierEscalate,
		Actor: Apple,
		Steps: []string{
			"Open the Apple Support app, or support.apple.com/contact in a browser.",
			"Give the model, the {os} version, the date of the last backup, and the exact message or code.",
			"Say what has been tried so far.",
		},
		Sources: []Source{AppleBackupHelp, FoundingArticle},
	},
}
