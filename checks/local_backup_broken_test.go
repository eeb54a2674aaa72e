package checks

import (
	"slices"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(localBackupBroken, localBackupBrokenJudgements)

var localBackupBrokenJudgements = []judgement{
	{"whole", well(withBackups(wholeBackup())), OK, "The local backup of 2026-11-12 is whole, as far as a quick look proves.", ""},
	{"whole by digests", well(withBackups(proved(wholeBackup(), device.Proof{Statements: concluding(device.Whole), Depth: device.DeepLook}))), OK,
		"The local backup of 2026-11-12 is whole, by the digests of its files.", ""},
	{"files lost", well(withBackups(lossyBackup())), Warning, "The local backup of 2026-11-12 is broken (blob-missing).", ""},
	{"next one fails", well(withBackups(poisonedBackup())), Problem,
		"The local backup of 2026-11-12 is broken (properties-unreadable), and the next backup to this computer will fail.", ""},
	{"whole, and management wants encryption", well(withBackups(proved(wholeBackup(), device.Proof{Statements: concluding(device.Whole), Depth: device.QuickLook, NextFails: true,
		Faults: []device.BackupFault{{Mode: "encryption-required"}}}))), Problem,
		"The local backup of 2026-11-12 is whole, but the next backup to this computer will fail (encryption-required).", ""},
	{"whole, with little space", well(withBackups(proved(wholeBackup(), device.Proof{Statements: concluding(device.Whole), Depth: device.QuickLook,
		Faults: []device.BackupFault{{Mode: "little-space"}}}))), OK,
		"The local backup of 2026-11-12 is whole, as far as a quick look proves.", ""},
	{"an archived copy prevents nothing", well(withBackups(archived(poisonedBackup()))), OK, "The archived copy of 2026-11-12 is broken (properties-unreadable), and no backup uses it.", ""},
	{"without a date", well(withBackups(undated(lossyBackup()))), Warning, "The local backup without a date is broken (blob-missing).", ""},
	{"encrypted", well(withBackups(hiddenBackup("password-needed"))), Unknown,
		"Whether the local backup of 2026-11-12 is whole could not be read: the backup is encrypted and its password was not given.", device.NeedsPassword},
	{"no permission", well(withBackups(hiddenBackup("no-permission"))), Unknown,
		"Whether the local backup of 2026-11-12 is whole could not be read: this program may not read it on this computer.", device.NotPermitted},
	{"wrong password", well(withBackups(hiddenBackup("password-wrong"))), Unknown,
		"Whether the local backup of 2026-11-12 is whole could not be read: the backup is encrypted and the password does not open it.", device.WrongPassword},
	{"a decrypted copy", well(withBackups(hiddenBackup("decrypted-copy"))), Unknown,
		"Whether the local backup of 2026-11-12 is whole is unknown. This is a decrypted copy of an encrypted backup: it can be read, its digests cannot be compared, and it cannot be restored as it is.", device.Inconclusive},
	{"nothing is known, and the next one fails", well(withBackups(proved(wholeBackup(), device.Proof{
		Statements: concluding(device.CannotTell, "manifest-keys-lost"), Depth: device.QuickLook, NextFails: true,
		Faults: []device.BackupFault{{Mode: "properties-unreadable"}, {Mode: "manifest-keys-lost"}},
	}))), Problem,
		"Whether the local backup of 2026-11-12 is whole is unknown, and the next backup to this computer will fail (properties-unreadable).", ""},
	{"not verified", well(withBackups(device.Backup{Device: well().Device})), Unknown,
		"Whether the local backup without a date is whole could not be read: it was not asked for.", device.NotAsked},
	{"none found", well(lookedIn(device.Known[uint64](1))), Ask, "No backup of this device was found on this computer.", ""},
	{"nowhere to look", well(lookedIn(device.Known[uint64](0))), Ask, "No backup folder was searched.", ""},
	{"not looked for", well(), Ask, "No backup folder was searched.", ""},
	{"closed folder", well(lookedIn(device.Unknown[uint64](device.NotPermitted))), Unknown,
		"The folder of backups on this computer could not be read: this program may not read it on this computer.", device.NotPermitted},
}

func withBackups(backups ...device.Backup) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		s.Backups = backups
		s.BackupPlaces = device.Known[uint64](1)
	}
}

func lookedIn(places device.Fact[uint64]) func(*device.Snapshot) {
	return func(s *device.Snapshot) { s.BackupPlaces = places }
}

// wholeBackup is ten days old.
func wholeBackup() device.Backup {
	return proved(device.Backup{
		Folder:    "/backups/00008110-000000000000001E",
		Device:    well().Device,
		Date:      device.Known(takenAt.Add(-10 * aDay)),
		Encrypted: device.Known(true),
	}, device.Proof{Statements: concluding(device.Whole), Depth: device.QuickLook, Listed: 1089, Found: 1089})
}

func lossyBackup() device.Backup {
	return proved(wholeBackup(), device.Proof{
		Statements: concluding(device.Broken, "blob-missing"), Depth: device.QuickLook, Listed: 1089, Found: 10,
		Faults: []device.BackupFault{
			{Mode: "old"},
			{Mode: "blob-missing", Count: 1079, Total: 1089},
		},
	})
}

func poisonedBackup() device.Backup {
	return proved(wholeBackup(), device.Proof{
		Statements: concluding(device.Broken, "properties-unreadable"), Depth: device.QuickLook, NextFails: true,
		Faults: []device.BackupFault{
			{Mode: "blob-empty", Count: 3},
			{Mode: "properties-unreadable"},
		},
	})
}

func hiddenBackup(mode string) device.Backup {
	return proved(wholeBackup(), device.Proof{
		Statements: concluding(device.CannotTell, mode), Depth: device.QuickLook,
		Faults: []device.BackupFault{{Mode: "encrypted"}, {Mode: mode}},
	})
}

// concluding returns statements that amount to a verdict, because of some modes.
func concluding(verdict device.ProofVerdict, modes ...string) []device.Statement {
	var all []device.Statement
	for _, id := range device.StatementIDs {
		s := device.Statement{ID: id, Shown: device.ShownTrue}
		if id == device.StatementFiles && verdict != device.Whole {
			s.Faults = modes
			s.Shown = map[device.ProofVerdict]device.Shown{device.Broken: device.ShownFalse, device.CannotTell: device.ShownNeither}[verdict]
		}
		all = append(all, s)
	}
	return all
}

func proved(b device.Backup, proof device.Proof) device.Backup {
	b.Proof = device.Known(proof)
	return b
}

func archived(b device.Backup) device.Backup {
	b.Archived = true
	return b
}

func undated(b device.Backup) device.Backup {
	b.Date = device.Unknown[time.Time](device.Absent)
	return b
}

// A backup is set aside only if a fault of it calls for that.
func TestLocalRemedies(t *testing.T) {
	for _, c := range []struct {
		modes     []string
		nextFails bool
		want      remedies.ID
	}{
		{[]string{"blob-missing", "little-space"}, false, remedies.SetAsideLocalBackup},
		{[]string{"manifest-unreadable"}, true, remedies.SetAsideLocalBackup},
		{[]string{"interrupted-upload", "blob-missing"}, false, remedies.ComputerBackup},
		{[]string{"status-missing"}, false, remedies.ComputerBackup},
		{[]string{"app-files-missing"}, true, remedies.VerifyLocalBackup},
		{[]string{"identity-mismatch"}, false, remedies.VerifyLocalBackup},
	} {
		proof := device.Proof{Statements: concluding(device.Broken, c.modes...), NextFails: c.nextFails}
		for _, mode := range c.modes {
			proof.Faults = append(proof.Faults, device.BackupFault{Mode: mode})
		}
		findings := judgeLocalBackups(well(withBackups(proved(wholeBackup(), proof))))
		if len(findings) != 1 || !slices.Equal(findings[0].Remedies, []remedies.ID{c.want}) {
			t.Errorf("%v: %+v, want the remedy %s", c.modes, findings, c.want)
		}
	}
	inLibrary := lossyBackup()
	inLibrary.InLibrary = true
	if findings := judgeLocalBackups(well(withBackups(inLibrary))); !slices.Equal(findings[0].Remedies, []remedies.ID{remedies.ComputerBackup}) {
		t.Errorf("a copy of this program: %+v", findings)
	}
}
