package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var screenTimeAccountChanges = &Check{
	ID:    "screen-time-account-changes",
	Short: "Screen Time bars account changes",
	Title: "Screen Time allows account changes",
	Doc: `Screen Time can lock the account and its iCloud settings, so that iCloud Backup can be neither switched nor signed in to. A backup that is already on keeps running.

The person sees a grey name or grey iCloud settings, or the message that signing out is not available due to restrictions.

Judged from a backup on this computer, which has the restriction on account changes as it was in force when that backup was made; whether Screen Time or a profile set it is not recorded.
Otherwise only a person can answer: Screen Time's settings cannot be read over USB. For a child's device, the family organiser can tell.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.FonetipsSignOut, remedies.MacmythsAccountChanges},
	Remedies: []remedies.ID{remedies.AllowAccountChanges},
	Ask:      "Are the name or the iCloud settings grey, or are account changes not allowed in {P-SCREENTIME}?",
	Answers:  Answers{Yes: "Account changes are not allowed, or the iCloud settings are grey."},
	Judge:    judgeAccountChanges,
}

func judgeAccountChanges(s device.Snapshot) []Finding {
	allowed, r, known := recall(s, func(h device.History) device.Fact[bool] { return h.Restrictions.AccountChangesAllowed })
	if !known {
		return ask("")
	}
	evidence := r.read("Account changes allowed", yesNo(allowed), "yes", "HomeDomain EffectiveUserSettings.plist / restrictedBool.allowAccountModification.value")
	if allowed {
		return r.answer(ok("No restriction in force on the device forbids account changes.", evidence), ask(""))
	}
	return r.answer(warning("A restriction in force on the device forbids account changes.", evidence), nil)
}
