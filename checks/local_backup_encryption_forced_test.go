package checks

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(localBackupEncryptionForced, localBackupEncryptionForcedJudgements)

var localBackupEncryptionForcedJudgements = []judgement{
	{"not forced", well(), OK, "Nothing requires that backups to a computer are encrypted.", ""},
	{"forced, with a password", well(forced(device.Known(true))), Unknown, "Management requires that backups to a computer are encrypted, and a password is set; whether anyone knows it is unknown until it opens a backup.", device.Inconclusive},
	{"a password", well(password), Unknown, "A password is set for backups to a computer; whether anyone knows it is unknown until it opens a backup.", device.Inconclusive},
	{"a password that opened a backup", well(password, copied(aDay, true, device.Whole), decrypted), OK, "A password is set for backups to a computer; it opened the local backup of 2026-11-21.", ""},
	{"a password, and a whole backup whose list is readable without it", well(password, copied(aDay, true, device.Whole)), Unknown, "A password is set for backups to a computer; whether anyone knows it is unknown until it opens a backup.", device.Inconclusive},
	{"a password, and a broken backup whose list is readable without it", well(password, copied(aDay, true, device.Broken)), Unknown, "A password is set for backups to a computer; whether anyone knows it is unknown until it opens a backup.", device.Inconclusive},
	{"a password, and a plain backup", well(password, copied(aDay, false, device.Whole)), Unknown, "A password is set for backups to a computer; whether anyone knows it is unknown until it opens a backup.", device.Inconclusive},
	{"a password, and a backup that could not be opened", well(password, copied(aDay, true, device.CannotTell)), Unknown, "A password is set for backups to a computer; whether anyone knows it is unknown until it opens a backup.", device.Inconclusive},
	{"forced, without a password", well(forced(device.Known(false))), Warning, "Management requires that backups to a computer are encrypted, and no password is set.", ""},
	{"forced, password unread", well(forced(device.Unknown[bool](device.Absent))), Warning,
		"Management requires that backups to a computer are encrypted, and whether a password is set could not be read.", ""},
	{"missing", well(func(s *device.Snapshot) {
		s.Live.ComputerBackup.RequiresEncryption = device.Unknown[bool](device.Absent)
	}), Unknown,
		"Whether backups to a computer have to be encrypted could not be read: the device has no such value.", device.Absent},
	{"forced on record, and encrypted", well(detached, copied(aDay, true, device.Whole), recorded(aDay, func(h *device.History) { h.Restrictions.EncryptionForced = device.Known(true) })), OK, "Management requires that backups to a computer are encrypted, and the newest one is, as of 2026-11-21, from a backup on this computer.", ""},
	{"forced on record, and plain", well(detached, copied(aDay, false, device.Whole), recorded(aDay, func(h *device.History) { h.CloudBackup.RequiresEncryption = device.Known(true) })), Warning, "Management requires that backups to a computer are encrypted, and the newest one is not, as of 2026-11-21, from a backup on this computer.", ""},
	{"forced on record, and no copy", well(detached, recorded(aDay, func(h *device.History) { h.CloudBackup.RequiresEncryption = device.Known(true) })), Warning, "Management requires that backups to a computer are encrypted, and whether a password is set could not be read, as of 2026-11-21, from a backup on this computer.", ""},
	{"not forced on record", well(detached, recorded(aDay, func(h *device.History) { h.CloudBackup.RequiresEncryption = device.Known(false) })), OK, "Nothing requires that backups to a computer are encrypted, as of 2026-11-21, from a backup on this computer.", ""},
}

func forced(password device.Fact[bool]) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		s.Live.ComputerBackup.RequiresEncryption = device.Known(true)
		s.Live.ComputerBackup.WillEncrypt = password
	}
}

func password(s *device.Snapshot) { s.Live.ComputerBackup.WillEncrypt = device.Known(true) }

// decrypted makes the newest backup one verified with its password.
func decrypted(s *device.Snapshot) {
	backup := &s.Backups[len(s.Backups)-1]
	proof, _ := backup.Proof.Get() // known in these tests
	proof.Statements = slices.Clone(proof.Statements)
	for i := range proof.Statements {
		if proof.Statements[i].ID == device.StatementPadding {
			proof.Statements[i].Count, proof.Statements[i].Of = 3, 3
		}
	}
	backup.Proof = device.Known(proof)
}
