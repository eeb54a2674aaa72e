package checks

import "github.com/backupdoctor/backupdoctor/device"

var localBackupEncryptionForced = &Check{
	ID:    "local-backup-encryption-forced",
	Title: "A backup to a computer is ready to be made",
	Doc: `Management can insist that backups to a computer are encrypted. That has no bearing on iCloud Backup; but a backup to a computer is the safety copy before anything is deleted, and then it needs a password that its owner knows.

Judged from what the device says: whether encryption is required, and whether a password is set. The password itself cannot be read, nor whether anybody remembers it.`,
	Effect:   Informs,
	Sources:  []Source{appleDeviceManagement},
	Remedies: []RemedyID{setBackupPassword},
	Judge:    judgeForcedEncryption,
}

func judgeForcedEncryption(s device.Snapshot) []Finding {
	backup := live(s).ComputerBackup
	required, err := backup.RequiresEncryption.Get()
	if err != nil {
		return unknown(s, "Whether backups to a computer have to be encrypted", err)
	}
	evidence := []Evidence{read(s, "Encryption required", yesNo(required), "", "lockdown com.apple.mobile.backup / RequiresEncryption")}
	if !required {
		return ok("Nothing insists that backups to a computer are encrypted.", evidence...)
	}
	set, err := backup.WillEncrypt.Get()
	if err != nil {
		return warning("Management insists that backups to a computer are encrypted, and whether a password is set could not be read.", evidence...)
	}
	evidence = append(evidence, read(s, "Backup password set", yesNo(set), "yes", "lockdown com.apple.mobile.backup / WillEncrypt"))
	if !set {
		return warning("Management insists that backups to a computer are encrypted, and no password is set.", evidence...)
	}
	return ok("Management insists that backups to a computer are encrypted, and a password is set.", evidence...)
}
