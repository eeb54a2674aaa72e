package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(persistentSoftwareFault, persistentSoftwareFaultJudgements)

var persistentSoftwareFaultJudgements = []judgement{
	{"fresh backup", well(), OK, "A backup completed 7 hours ago, so the software of the device can still make one.", ""},
	{"a safety copy is there", well(lastBackedUp(30*aDay), copied(3*aDay, true, device.Whole)), Ask, "The local backup of 2026-11-19 is whole, as far as a quick look proves, and encrypted; whether its password is known was not tried.", ""},
	{"a safety copy whose password is known", well(lastBackedUp(30*aDay), copied(3*aDay, true, device.Whole), decrypted), Ask, "The local backup of 2026-11-19 is whole, as far as a quick look proves, and encrypted, and its password opens it.", ""},
	{"a broken copy", well(lastBackedUp(30*aDay), copied(3*aDay, true, device.Broken)), Ask, "No backup of this device on this computer is known to be whole, encrypted and at most 14 days old.", ""},
	{"a copy dated in the future", well(lastBackedUp(30*aDay), copied(-4*365*aDay, true, device.Whole), decrypted), Ask, "No backup of this device on this computer is known to be whole, encrypted and at most 14 days old.", ""},
	{"a copy by a clock that is a little ahead", well(lastBackedUp(30*aDay), copied(-time.Hour, true, device.Whole), decrypted), Ask, "The local backup of 2026-11-22 is whole, as far as a quick look proves, and encrypted, and its password opens it.", ""},
	{"a plain copy", well(lastBackedUp(30*aDay), copied(3*aDay, false, device.Whole)), Ask, "No backup of this device on this computer is known to be whole, encrypted and at most 14 days old.", ""},
	{"an old copy, and a newer one that nothing is known of", well(lastBackedUp(30*aDay), copied(3*aDay, true, device.CannotTell), copied(20*aDay, true, device.Whole)), Ask, "No backup of this device on this computer is known to be whole, encrypted and at most 14 days old.", ""},
	{"no copy is known", well(lastBackedUp(30 * aDay)), Ask, "", ""},
}

// copied adds a backup on this computer, of some age, encrypted or plain.
func copied(age time.Duration, encrypted bool, verdict device.ProofVerdict) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		s.Backups = append(s.Backups, device.Backup{
			Folder:    "/backups/1",
			Date:      device.Known(takenAt.Add(-age)),
			Encrypted: device.Known(encrypted),
			Proof:     device.Known(device.Proof{Statements: concluding(verdict), Depth: device.QuickLook, Listed: 10, Found: 10}),
		})
	}
}
