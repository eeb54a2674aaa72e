package checks

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var accountNeedsAttention = &Check{
	ID:    "account-needs-attention",
	Short: "account needs attention",
	Title: "The account needs no attention",
	Doc: `While Apple waits for a password, a code or a verification, the device cannot reach its backups.

The person sees "Verification Failed", a message about an error connecting to iCloud, or a note below the name in Settings that the account settings need an update.
A wrong clock can cause the same messages.

Judged from records in a backup on this computer: attempts that failed because Apple did not accept the sign-in (MBErrorDomain/305), and a password prompt that was not answered.
Otherwise only a person can answer: over USB a device shows at most that an account is signed in, not whether Apple still accepts it.
Signing out and in again is the last step: it takes iCloud data off the device, and may be held back for an hour by Stolen Device Protection.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleBackupHelp, remedies.AppleHT203512, remedies.AppleCKError, remedies.GhacksIOS163},
	Remedies: []remedies.ID{remedies.FixAccountPrompt, remedies.SetDateAutomatically, remedies.TryAnotherNetwork, remedies.SignOutAndIn},
	Explains: []string{"never-backed-up", "backup-stale"},
	Ask:      "Does Settings show a message about the account, at its top or in {P-ACCOUNT}, or does a password or verification fail?",
	Answers:  Answers{Yes: "The account needs attention, or its verification fails."},
	Judge:    judgeAccount,
}

func judgeAccount(s device.Snapshot) []Finding {
	const met = "failed because Apple did not accept the sign-in"
	if found := blamed(s, "account-needs-attention", met); found != nil {
		return found
	}
	rejected, r, known := recall(s, func(h device.History) device.Fact[time.Time] { return h.Account.RenewalRejected })
	if known && rejected.After(lastGood(s)) {
		return r.answer(warning(fmt.Sprintf("The account password was requested on %s and not entered.", day(rejected)),
			r.read("Password not entered", moment(rejected), "none since the last good backup", accountSource+" / ZLASTCREDENTIALRENEWALREJECTIONDATE")), nil)
	}
	return judgeFailures(s, "account-needs-attention", met, freshOr(s, ", so Apple accepted the account.", ask("")))
}

const accountSource = "HomeDomain Accounts3.sqlite"
