package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var persistentSoftwareFault = &Check{
	ID:    "persistent-software-fault",
	Short: "persistent software fault",
	Title: "A milder remedy than erasing has helped",
	Doc: `A fault in the software on the device can outlast every milder remedy. Erasing the device and restoring it from a computer backup is then the last resort.
An iCloud backup is not a safety copy here: it is what fails.
Management may forbid erasing.

The person sees failing backups whatever has been tried.

Only a person can answer: only trying shows it. The question comes with what is known about the backup to restore from: whether it is whole, encrypted, so that passwords and health data are in it, opened by a password that was given, and at most two weeks old. Apple Support comes first, because a fault on Apple's side outlasts erasing as well.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.AppleRestoreSupervised, remedies.AppleDeviceManagement, remedies.FoundingArticle},
	Remedies: []remedies.ID{remedies.ContactAppleSupport, remedies.EraseAndRestore},
	Ask:      "Have all other remedies been tried, Apple Support among them, and does {P-BACKUP} still show a failed backup?",
	Answers:  Answers{Yes: "All milder remedies have been tried, and backups still fail."},
	Judge:    judgeLastResort,
}

func judgeLastResort(s device.Snapshot) []Finding {
	return freshOr(s, ", so the software of the device can still make one.", safetyCopy(s))
}

// safetyCopy judges whether this computer has a backup that makes it safe to erase the device.
func safetyCopy(s device.Snapshot) []Finding {
	for _, b := range s.Backups {
		proof, errProof := localProof(b)
		encrypted, errEncrypted := b.Encrypted.Get()
		age, errAge := localAge(s, b)
		if errProof != nil || errEncrypted != nil || errAge != nil {
			continue
		}
		if BackupVerdict(proof) == device.Whole && encrypted && age <= recordAges {
			known := "; whether its password is known was not tried"
			if unlocked(proof) {
				known = ", and its password opens it"
			}
			return ask(fmt.Sprintf("The %s is whole, %s, and encrypted%s.", localName(b), looked(proof), known), localEvidence(s, b, proof)...)
		}
	}
	if len(s.Backups) == 0 {
		return ask("")
	}
	return ask(fmt.Sprintf("No backup of this device on this computer is known to be whole, encrypted and at most %d days old.", days(recordAges)),
		read(s, "Whole, recent and encrypted backups", fmt.Sprintf("0 of %d", len(s.Backups)), "at least 1", "the folders of the backups"))
}
