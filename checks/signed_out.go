package checks

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var signedOut = &Check{
	ID:    "signed-out",
	Short: "signed out of iCloud",
	Title: "An Apple Account is signed in",
	Doc: `iCloud Backup belongs to an Apple Account; a device without one, or signed out of iCloud, has nowhere to store a backup.

Any of these shows that an account is there: iCloud Backup is on, Find My is on, the device is locked to an account, or it syncs contacts and the like with iCloud.
Find My and the lock survive an erase: while the set-up is not finished, they show nothing.
Their absence shows little, because each can be off while an account is signed in. If all are absent and the device knows nothing of iCloud Backup either, that is a hint.
Where the device shows no sign, or was not attached, a backup on this computer shows whether an account was signed in when it was made.
The account itself, and whether its password is still good, cannot be read.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleHT203512},
	Remedies: []remedies.ID{remedies.SignIn, remedies.TurnBackupOn},
	Explains: []string{"backup-turned-off", "never-backed-up", "backup-stale"},
	Ask:      `Is an {account} shown at the top of Settings on the {device}, and does iCloud open below it?`,
	Answers:  Answers{No: "No account is signed in, or iCloud does not open."},
	Judge:    judgeSignedOut,
}

func judgeSignedOut(s device.Snapshot) []Finding {
	account := live(s).Account
	signs := []struct {
		fact   device.Fact[bool]
		name   string
		source string
	}{
		{live(s).CloudBackup.Enabled, "iCloud Backup", switchSource},
		{account.FindMy, "Find My", "lockdown com.apple.fmip / IsAssociated"},
		{account.FindMyAccount, "Find My account", "lockdown NonVolatileRAM / fm-account-masked"},
		{account.ActivationLock, "Activation Lock", "lockdown NonVolatileRAM / fm-activation-locked"},
		{account.SyncsICloud, "Syncs with iCloud", "lockdown com.apple.mobile.data_sync"},
	}
	// These survive erasing, so until setup is finished they describe the previous owner.
	survive := []string{"Find My", "Find My account", "Activation Lock"}
	done, errDone := live(s).Setup.Done.Get()
	erased := unactivated(s) || errDone == nil && !done
	perhaps := unread(live(s).ActivationState) || unread(live(s).Setup.Done)
	var (
		present  []string
		strong   bool // a sign that does not survive erasing
		evidence []Evidence
		hidden   error
	)
	for _, sign := range signs {
		there, err := sign.fact.Get()
		survives := slices.Contains(survive, sign.name)
		switch {
		case err == nil:
			evidence = append(evidence, read(s, sign.name, yesNo(there), "yes", sign.source))
			if there && !(erased && survives) {
				present = append(present, sign.name)
				strong = strong || !survives
			}
		case !errors.Is(err, device.Absent):
			hidden = err
		}
	}
	if perhaps && !strong {
		present = nil
		hidden = cmp.Or(unreadError(live(s).ActivationState), unreadError(live(s).Setup.Done))
	}
	_, errEnabled := live(s).CloudBackup.Enabled.Get()
	_, errLast := live(s).CloudBackup.Last.Get()
	switch {
	case len(present) > 0:
		return ok("An Apple Account is signed in; signs of it: "+strings.Join(present, ", ")+".", evidence...)
	case hidden != nil:
		return judgePastAccount(s, unknown(s, "Every sign of an Apple Account was missing or", hidden))
	case errors.Is(errEnabled, device.Absent) && errors.Is(errLast, device.Absent):
		return warning("There is no sign of an Apple Account, and the device knows nothing of iCloud Backup.",
			append(evidence, read(s, "iCloud Backup", "no switch and no date", "a switch", "lockdown com.apple.mobile.backup"))...)
	default:
		return judgePastAccount(s, ask("No sign of an Apple Account was found, which proves nothing.", evidence...))
	}
}

// judgePastAccount judges the records if the device does not settle it.
func judgePastAccount(s device.Snapshot, otherwise []Finding) []Finding {
	if found := blamed(s, "signed-out", "found no Apple Account"); found != nil {
		return found
	}
	signedIn, r, known := recall(s, func(h device.History) device.Fact[bool] { return h.Account.SignedIn })
	evidence := r.read("Apple Account", yesNo(signedIn), "yes", accountSource+" / ZACCOUNT")
	switch {
	case !known:
		return otherwise
	case signedIn:
		return r.answer(ok("An Apple Account is signed in.", evidence), otherwise)
	case superseded(s, r):
		return otherwise
	default:
		return r.answer(problem("No Apple Account is signed in.", evidence), otherwise)
	}
}
