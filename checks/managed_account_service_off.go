package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/device"
)

var managedAccountServiceOff = &Check{
	ID:    "managed-account-service-off",
	Title: "The organisation behind the account leaves iCloud Backup on",
	Doc: `A Managed Apple Account, given out by a school or a company, can use iCloud Backup; but its organisation can switch single iCloud services off for it.

Which kind of account is signed in cannot be read over USB, and a managed account can be used on a device that nobody manages. A fresh backup shows that the service was on; otherwise a person has to tell.`,
	Effect:   Blocks,
	Sources:  []Source{appleServiceAccess, appleCustomizeUserAccess, appleCKError},
	Remedies: []RemedyID{askAdministrator, computerBackup},
	Ask:      `Is the {account} on the {device} one that a school or a company gave out, and is iCloud Backup missing or grey in {P-BACKUP}?`,
	Judge:    judgeManagedAccount,
}

func judgeManagedAccount(s device.Snapshot) []Finding {
	if age, evidence, fresh := freshBackup(s); fresh {
		return ok(fmt.Sprintf("A backup completed %s ago, so the service was on for this account.", age), evidence)
	}
	hint := managementHint(s)
	if len(hint.evidence) == 0 {
		return unknown(s, "Whether an organisation manages the device", hint.err)
	}
	if hint.present() {
		return ask(fmt.Sprintf("The device %s, so its account may be a managed one.", hint), hint.evidence...)
	}
	return ask("", hint.evidence...)
}
