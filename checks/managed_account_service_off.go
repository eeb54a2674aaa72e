package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var managedAccountServiceOff = &Check{
	ID:    "managed-account-service-off",
	Short: "managed account without backup",
	Title: "The organisation behind the account leaves iCloud Backup on",
	Doc: `A Managed Apple Account, issued by a school or a company, can use iCloud Backup; but its organisation can switch off individual iCloud services for it, or let its accounts be used on managed or supervised devices only. On any other device such an account is signed out by itself.

Which kind of account is signed in cannot be read over USB, only from a backup on this computer, and a managed account can be used on an unmanaged device. A recent backup shows that the service was on; otherwise only a person can answer.`,
	Effect:   Blocks,
	Sources:  []remedies.Source{remedies.AppleCustomizeUserAccess, remedies.AppleServiceAccess, remedies.AppleCKError},
	Remedies: []remedies.ID{remedies.AskAdministrator, remedies.ComputerBackup},
	Ask:      `Is the {account} on the {device} one that a school or a company issued, and is iCloud Backup missing or grey in {P-BACKUP}?`,
	Answers:  Answers{Yes: "The account belongs to an organisation, and iCloud Backup is missing or grey."},
	Judge:    judgeManagedAccount,
}

func judgeManagedAccount(s device.Snapshot) []Finding {
	if found := blamed(s, "managed-account-service-off", "was refused because the organisation does not allow it"); found != nil {
		return found
	}
	if said, evidence, fresh := freshBackup(s); fresh {
		return ok(said+", so the service was on for this account.", evidence)
	}
	managed, r, known := recall(s, func(h device.History) device.Fact[bool] { return h.Account.Managed })
	if !known {
		return judgeManagementNow(s)
	}
	evidence := r.read("Managed Apple Account", yesNo(managed), "", accountSource+" / isManagedAppleID")
	if managed {
		return r.answer(ask("The account was issued by an organisation.", evidence), nil)
	}
	return r.answer(ok("The account was not issued by an organisation.", evidence), judgeManagementNow(s))
}

// judgeManagementNow judges what the device itself says about its management.
func judgeManagementNow(s device.Snapshot) []Finding {
	hint := managementHint(s)
	if len(hint.evidence) == 0 {
		return unknown(s, "Whether an organisation manages the device", hint.err)
	}
	if hint.present() {
		return ask(fmt.Sprintf("The device %s, so its account may be a managed one.", hint), hint.evidence...)
	}
	return ask("", hint.evidence...)
}
