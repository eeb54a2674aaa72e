package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var mdmDisallowsBackup = &Check{
	ID:    "mdm-disallows-backup",
	Short: "forbidden by management",
	Title: "No management profile forbids iCloud Backup",
	Doc: `An organisation that manages a device can forbid iCloud Backup with a restriction. The switch and the Back Up Now button are then grey, and the device reports the switch as off.

Over USB a device names its profiles and says whether it is supervised, but not what the profiles restrict: their presence is a hint.
A backup on this computer has the restriction itself, as it was in force when that backup was made, and the attempts that it stopped (MBErrorDomain/22).
On a Shared iPad, which is what a school sets up for several pupils, there is no iCloud Backup at all.
Without any profile, no restriction of this kind can be in force. Where iCloud Backup is on, it is not forbidden.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleMDMRestrictions, remedies.AppleDeviceManagement, remedies.BlackberryICloudRules},
	Remedies: []remedies.ID{remedies.AskAdministrator, remedies.ComputerBackup, remedies.RemoveOwnProfile},
	Explains: []string{"backup-turned-off", "never-backed-up", "backup-stale"},
	Ask:      `Does a profile in {P-MDM} list, under its restrictions, that iCloud Backup is not allowed?`,
	Answers:  Answers{Yes: "A profile does not allow iCloud Backup."},
	Judge:    judgeMDM,
}

func judgeMDM(s device.Snapshot) []Finding {
	if shared, err := live(s).SharedIPad.Get(); err == nil && shared {
		found := problem("The device is a Shared iPad, on which iCloud Backup is not available.", read(s, "Shared iPad", "yes", "no", "lockdown IsMultiUser"))
		found[0].Remedies = []remedies.ID{remedies.LeaveSharedIPad, remedies.AskAdministrator}
		return found
	}
	now := judgeProfiles(s)
	on, err := live(s).CloudBackup.Enabled.Get()
	switch {
	case now[0].Status == OK && unread(live(s).SharedIPad) && (err != nil || !on):
		return unknown(s, "Whether the device is a Shared iPad", unreadError(live(s).SharedIPad))
	case now[0].Status == OK:
		return now
	}
	if found := blamed(s, "mdm-disallows-backup", "was forbidden by management"); found != nil {
		return found
	}
	allowed, r, known := recall(s, func(h device.History) device.Fact[bool] { return h.Restrictions.CloudBackupAllowed })
	evidence := r.read("iCloud Backup allowed", yesNo(allowed), "yes", "HomeDomain EffectiveUserSettings.plist / restrictedBool.allowCloudBackup.value")
	switch {
	case !known || now[0].Status == Warning && allowed:
		return now
	case allowed:
		return r.answer(ok("No restriction in force on the device forbids iCloud Backup.", evidence), now)
	case superseded(s, r):
		return now
	default:
		return r.answer(problem("A restriction in force on the device forbids iCloud Backup.", evidence), now)
	}
}

// judgeProfiles judges what the device itself reports.
func judgeProfiles(s device.Snapshot) []Finding {
	hint := managementHint(s)
	on, err := live(s).CloudBackup.Enabled.Get()
	evidence := hint.evidence
	if err == nil {
		evidence = append(evidence, read(s, "iCloud Backup switch", onOff(on), "on", switchSource))
	}
	switch {
	case err == nil && on:
		return ok("iCloud Backup is on, so no profile forbids it.", evidence...)
	case !hint.present() && hint.err != nil:
		return unknown(s, "Whether the device is managed", hint.err)
	case !hint.present():
		return ok("The device has no configuration profile and is not supervised.", evidence...)
	case err == nil && hint.unsupervised:
		return ask(fmt.Sprintf("The device %s and is not supervised; a profile on such a device seldom forbids iCloud Backup, and what it restricts cannot be read.", hint), evidence...)
	case err == nil:
		return warning(fmt.Sprintf("The device %s, and says that iCloud Backup is off, as it does where management forbids it.", hint), evidence...)
	default:
		return ask(fmt.Sprintf("The device %s.", hint), evidence...)
	}
}
