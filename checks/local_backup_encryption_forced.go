package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var localBackupEncryptionForced = &Check{
	ID:    "local-backup-encryption-forced",
	Short: "computer backup not ready",
	Title: "A backup to a computer is ready to be made",
	Doc: `Management can require that backups to a computer are encrypted. That has no bearing on iCloud Backup; but a backup to a computer is the safety copy before anything is deleted, and then it needs a password that its owner knows.

Judged from what the device says: whether encryption is required, and whether a password is set. Where the device does not report it, a backup on this computer does, as of its date.
The password itself cannot be read, nor whether anyone remembers it. Where one is set, that is unknown until its password has decrypted files of a backup on this computer: *backupdoctor verify* does that. A list of files that can be read without a password, as on iOS 9 and older, shows nothing. Reset All Settings removes a lost password for the next backup; older encrypted backups stay locked.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.AppleEncryptedBackups, remedies.AppleDeviceManagement},
	Remedies: []remedies.ID{remedies.SetBackupPassword, remedies.VerifyLocalBackup, remedies.ResetAllSettings},
	Judge:    judgeForcedEncryption,
}

func judgeForcedEncryption(s device.Snapshot) []Finding {
	backup := live(s).ComputerBackup
	required, err := backup.RequiresEncryption.Get()
	if set, unread := backup.WillEncrypt.Get(); unread == nil && set {
		return judgePassword(s, required && err == nil)
	}
	if err != nil {
		return judgePastEncryption(s, unknown(s, "Whether backups to a computer have to be encrypted", err))
	}
	evidence := []Evidence{read(s, "Encryption required", yesNo(required), "", "lockdown com.apple.mobile.backup / RequiresEncryption")}
	if !required {
		return ok("Nothing requires that backups to a computer are encrypted.", evidence...)
	}
	if _, err := backup.WillEncrypt.Get(); err != nil {
		return warning("Management requires that backups to a computer are encrypted, and whether a password is set could not be read.", evidence...)
	}
	evidence = append(evidence, read(s, "Backup password set", "no", "yes", "lockdown com.apple.mobile.backup / WillEncrypt"))
	return warning("Management requires that backups to a computer are encrypted, and no password is set.", evidence...)
}

// judgePassword judges a device that has a backup password. An encrypted backup on this
// computer that was unlocked shows that the password is known.
func judgePassword(s device.Snapshot, required bool) []Finding {
	evidence := []Evidence{read(s, "Backup password set", "yes", "", "lockdown com.apple.mobile.backup / WillEncrypt")}
	summary := "A password is set for backups to a computer"
	if required {
		summary = "Management requires that backups to a computer are encrypted, and a password is set"
		evidence = append(evidence, read(s, "Encryption required", "yes", "", "lockdown com.apple.mobile.backup / RequiresEncryption"))
	}
	for _, b := range s.Backups {
		proof, err := b.Proof.Get()
		if err == nil && unlocked(proof) {
			return ok(fmt.Sprintf("%s; it opened the %s.", summary, localName(b)), append(evidence, localEvidence(s, b, proof)...)...)
		}
	}
	return []Finding{{
		Status:   Unknown,
		Summary:  summary + "; whether anyone knows it is unknown until it opens a backup.",
		Evidence: evidence,
		Remedies: []remedies.ID{remedies.VerifyLocalBackup, remedies.ResetAllSettings},
		Gap:      device.Gap{Reason: device.Inconclusive},
	}}
}

// judgePastEncryption judges the records when the device itself does not answer. Whether the
// backup that contains a record is encrypted shows whether a password was set.
func judgePastEncryption(s device.Snapshot, otherwise []Finding) []Finding {
	required, r, known := recall(s, encryptionRequired)
	if !known {
		return otherwise
	}
	evidence := []Evidence{r.read("Encryption required", yesNo(required), "", "HomeDomain com.apple.mobile.ldbackup.plist / RequiresEncryption, EffectiveUserSettings.plist / forceEncryptedBackup")}
	if !required {
		return r.answer(ok("Nothing requires that backups to a computer are encrypted.", evidence...), otherwise)
	}
	encrypted, err := encryptedNow(s)
	switch {
	case err != nil:
		return r.answer(warning("Management requires that backups to a computer are encrypted, and whether a password is set could not be read.", evidence...), nil)
	case encrypted:
		return r.answer(ok("Management requires that backups to a computer are encrypted, and the newest one is.", evidence...), otherwise)
	default:
		return r.answer(warning("Management requires that backups to a computer are encrypted, and the newest one is not.", evidence...), nil)
	}
}

// encryptionRequired combines two files; it is enough if one requires encryption.
func encryptionRequired(h device.History) device.Fact[bool] {
	if forced, err := h.Restrictions.EncryptionForced.Get(); err == nil && forced {
		return h.Restrictions.EncryptionForced
	}
	return h.CloudBackup.RequiresEncryption
}

// encryptedNow reports whether the newest backup on this computer is encrypted.
func encryptedNow(s device.Snapshot) (bool, error) {
	if len(s.Backups) == 0 {
		return false, device.NotAsked
	}
	return s.Backups[0].Encrypted.Get()
}
