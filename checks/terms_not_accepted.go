package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var termsNotAccepted = &Check{
	ID:    "terms-not-accepted",
	Short: "terms not accepted",
	Title: "The iCloud terms have been accepted",
	Doc: `After Apple changes the terms of iCloud, its services wait until the new ones have been accepted.

The person sees "New iCloud Terms and Conditions", and if accepting fails, "Cannot Complete Action".

Judged from a backup on this computer, which shows whether the account had terms left to accept when it was made.
Otherwise only a person can answer: the device does not report it over USB.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.ThetoolstrunkTerms, remedies.BigitshopTerms},
	Remedies: []remedies.ID{remedies.AcceptTerms, remedies.TurnOffVPN, remedies.Restart, remedies.UpdateSoftware},
	Explains: []string{"never-backed-up", "backup-stale"},
	Ask:      "Does Settings ask to accept new iCloud terms, at its top or in {P-ACCOUNT}?",
	Answers:  Answers{Yes: "Settings asks to accept new iCloud terms."},
	Judge:    judgeTerms,
}

func judgeTerms(s device.Snapshot) []Finding {
	pending, r, known := recall(s, func(h device.History) device.Fact[bool] { return h.Account.TermsPending })
	evidence := r.read("Terms left to accept", yesNo(pending), "no", accountSource+" / needsToVerifyTerms")
	otherwise := freshOr(s, ", so no terms prevented it.", ask(""))
	switch {
	case !known || superseded(s, r) || otherwise[0].Status == OK:
		return otherwise
	case pending:
		return r.answer(problem("The account has iCloud terms left to accept.", evidence), otherwise)
	default:
		return r.answer(ok("The account has no iCloud terms left to accept.", evidence), otherwise)
	}
}
