package checks

import (
	"errors"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

var signedOut = &Check{
	ID:    "signed-out",
	Title: "An Apple Account is signed in",
	Doc: `iCloud Backup belongs to an Apple Account; a device without one, or signed out of iCloud, has nowhere to put a backup.

Any of these shows that an account is there: iCloud Backup is on, Find My is on, the device is locked to an account, or it syncs contacts and the like with iCloud.
Their absence shows little, because each can be off while an account is signed in. If all are absent and the device knows nothing of iCloud Backup either, that is a hint.
The account itself, and whether its password is still good, cannot be read.`,
	Effect:   Blocks,
	Sources:  []Source{appleHT203512},
	Remedies: []RemedyID{signIn, turnBackupOn},
	Ask:      `Is an {account} shown at the top of Settings on the {device}, and does iCloud open below it?`,
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
	var (
		present  []string
		evidence []Evidence
		silent   error
	)
	for _, sign := range signs {
		there, err := sign.fact.Get()
		switch {
		case err == nil:
			evidence = append(evidence, read(s, sign.name, yesNo(there), "yes", sign.source))
			if there {
				present = append(present, sign.name)
			}
		case !errors.Is(err, device.Absent):
			silent = err
		}
	}
	_, errEnabled := live(s).CloudBackup.Enabled.Get()
	_, errLast := live(s).CloudBackup.Last.Get()
	switch {
	case len(present) > 0:
		return ok("An Apple Account is signed in; signs of it: "+strings.Join(present, ", ")+".", evidence...)
	case silent != nil:
		return unknown(s, "Every sign of an Apple Account was missing or", silent)
	case errors.Is(errEnabled, device.Absent) && errors.Is(errLast, device.Absent):
		return warning("There is no sign of an Apple Account, and the device knows nothing of iCloud Backup.",
			append(evidence, read(s, "iCloud Backup", "no switch and no date", "a switch", "lockdown com.apple.mobile.backup"))...)
	default:
		return ask("No sign of an Apple Account was found, which proves nothing.", evidence...)
	}
}
