package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/device"
)

var mdmDisallowsBackup = &Check{
	ID:    "mdm-disallows-backup",
	Title: "No management profile forbids iCloud Backup",
	Doc: `An organisation that manages a device can forbid iCloud Backup with a restriction. The switch and the Back Up Now button are then grey, and the device tells the switch as off.

Over USB a device names its profiles and says whether it is supervised, and not what they restrict: their presence is a hint.
Without any, no restriction of this kind can hold. Where iCloud Backup is on, it is not forbidden.`,
	Effect:   Blocks,
	Sources:  []Source{appleDeviceManagement, appleMDMRestrictions, blackberryICloudRules},
	Remedies: []RemedyID{askAdministrator, computerBackup, removeOwnProfile},
	Ask:      `Does a profile in {P-MDM} list, under its restrictions, that iCloud Backup is not allowed?`,
	Judge:    judgeMDM,
}

func judgeMDM(s device.Snapshot) []Finding {
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
	case err == nil:
		return warning(fmt.Sprintf("The device %s, and says that iCloud Backup is off, as it does where management forbids it.", hint), evidence...)
	default:
		return ask(fmt.Sprintf("The device %s.", hint), evidence...)
	}
}
