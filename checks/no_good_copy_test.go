package checks

import (
	"testing"

	"github.com/backupdoctor/backupdoctor/device"
)

var _ = enter(noGoodCopy, noGoodCopyJudgements)

var noGoodCopyJudgements = []judgement{
	{"whole", well(withBackups(wholeBackup())), OK, "The local backup of 2026-11-12, 10 days old, is whole, as far as a quick look proves.", ""},
	{"an archived copy counts", well(withBackups(lossyBackup(), archived(wholeBackup()))), OK,
		"The archived copy of 2026-11-12, 10 days old, is whole, as far as a quick look proves.", ""},
	{"whole, without a date", well(withBackups(undated(wholeBackup()))), OK, "The local backup without a date is whole, as far as a quick look proves.", ""},
	{"whole, dated in the future", well(copied(-4*365*aDay, true, device.Whole)), OK, "The local backup of 2030-11-21, of unknown age, is whole, as far as a quick look proves.", ""},
	{"whole beside an encrypted one", well(withBackups(hiddenBackup("password-needed"), wholeBackup())), OK,
		"The local backup of 2026-11-12, 10 days old, is whole, as far as a quick look proves.", ""},
	{"broken", well(withBackups(lossyBackup(), archived(poisonedBackup()))), Warning, "None of the backups on this computer is whole (0 of 2).", ""},
	{"encrypted beside a broken one", well(withBackups(lossyBackup(), hiddenBackup("password-needed"))), Unknown,
		"Whether a backup on this computer is whole could not be read: the backup is encrypted and its password was not given.", device.NeedsPassword},
	{"none found", well(lookedIn(device.Known[uint64](2))), Ask, "No backup of this device was found on this computer.", ""},
	{"closed folder", well(lookedIn(device.Unknown[uint64](device.NotPermitted))), Unknown,
		"The folder of backups on this computer could not be read: this program may not read it on this computer.", device.NotPermitted},
	{"expected, whole and recent", well(withBackups(wholeBackup()), expecting(device.ExpectComputer, 14)), OK,
		"The local backup of 2026-11-12, 10 days old, is whole, as far as a quick look proves.", ""},
	{"expected, too old", well(withBackups(wholeBackup()), expecting(device.ExpectComputer, 0)), Problem,
		"The local backup of 2026-11-12, 10 days old, is whole, as far as a quick look proves, and too old.", ""},
	{"expected, broken beside an archived copy", well(withBackups(lossyBackup(), archived(wholeBackup())), expecting(device.ExpectComputer, 14)), Problem,
		"The local backup of 2026-11-12 is broken (blob-missing).", ""},
	{"expected, and none found", well(lookedIn(device.Known[uint64](2)), expecting(device.ExpectComputer, 14)), Problem,
		"No backup of this device was found on this computer, where its backups are expected.", ""},
	{"expected, and only archived copies found", well(withBackups(archived(wholeBackup())), expecting(device.ExpectComputer, 14)), Problem,
		"Only archived copies of this device were found on this computer, where its backups are expected.", ""},
	{"expected, and not looked for", well(lookedIn(device.Known[uint64](0)), expecting(device.ExpectComputer, 14)), Unknown,
		"Whether a backup is on this computer could not be read: it was not asked for.", device.NotAsked},
	{"expected, without a date", well(withBackups(undated(wholeBackup())), expecting(device.ExpectComputer, 14)), Unknown,
		"The age of the local backup without a date is unproved.", device.NotAsked},
	{"expected, not opened", well(withBackups(hiddenBackup("password-needed")), expecting(device.ExpectComputer, 14)), Unknown,
		"Whether the local backup of 2026-11-12 is whole could not be read: the backup is encrypted and its password was not given.", device.NeedsPassword},
}

// A device that is not attached is examined by its backups if at least one can be opened.
func TestBackupsAloneAreAnExamination(t *testing.T) {
	for _, c := range []struct {
		name    string
		backups []device.Backup
		verdict Verdict
		reason  device.Reason
	}{
		{"whole", []device.Backup{wholeBackup()}, NoCauseFound, ""},
		{"broken", []device.Backup{lossyBackup()}, AtRisk, ""},
		{"in the way", []device.Backup{poisonedBackup()}, Failing, ""},
		{"closed", []device.Backup{hiddenBackup("password-needed")}, NotExamined, device.NeedsPassword},
		{"one of two closed", []device.Backup{hiddenBackup("password-needed"), wholeBackup()}, NoCauseFound, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := well(withBackups(c.backups...))
			s.Live = nil
			d := Diagnose(s, Run(s, All()))
			if d.Verdict != c.verdict || d.Gap.Reason != c.reason {
				t.Errorf("%s %q, want %s %q", d.Verdict, d.Gap.Reason, c.verdict, c.reason)
			}
		})
	}
}
