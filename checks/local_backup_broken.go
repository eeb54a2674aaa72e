package checks

import (
	"errors"
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks/faults"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var localBackupBroken = &Check{
	ID:    "local-backup-broken",
	Short: "backup on this computer broken",
	Title: "No broken backup on this computer prevents the next one",
	Doc: `A backup to a computer builds on the one before it: the device reads the old list of files first, and refuses the new backup, with MBErrorDomain/205, if that list is damaged. Trying again does not help. Where files are lost but the lists are intact, the next backup works, and the old one cannot be relied on.
No backup uses an archived copy, so a broken one prevents nothing.

Judged from the folder of each backup: its property lists, its list of files, and whether each file is there and as long as recorded. backupdoctor verify checks more.
An encrypted backup that was not opened is unknown, never whole. It has no bearing on iCloud Backup, except that a good copy is wanted before anything is deleted.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.ImobiledeviceOldBackup},
	Remedies: []remedies.ID{remedies.VerifyLocalBackup, remedies.ComputerBackup, remedies.SetAsideLocalBackup},
	Explains: []string{"no-good-copy"},
	Ask:      "Do backups of this {device} to a computer complete?",
	Answers:  Answers{No: "Backups to a computer do not complete."},
	Judge:    judgeLocalBackups,
}

func judgeLocalBackups(s device.Snapshot) []Finding {
	if len(s.Backups) == 0 {
		return withoutBackups(s)
	}
	var findings []Finding
	for _, b := range s.Backups {
		for _, f := range judgeLocalBackup(s, b) {
			f.Subject = localName(b)
			if f.Status == Problem || f.Status == Warning {
				f.Remedies = localRemedies(b)
			}
			findings = append(findings, f)
		}
	}
	return findings
}

func judgeLocalBackup(s device.Snapshot, b device.Backup) []Finding {
	proof, err := localProof(b)
	name, evidence := localName(b), localEvidence(s, b, proof)
	fails := proof.NextFails && !b.Archived && !b.InLibrary // no program but this one uses its copies
	switch {
	case err != nil && fails:
		return problem(fmt.Sprintf("Whether the %s is whole is unknown, and the next backup to this computer will fail (%s).", name, device.Token(decisiveFault(proof).Mode)), evidence...)
	case errors.Is(err, device.Inconclusive):
		return []Finding{{
			Status: Unknown, Gap: device.Gap{Reason: device.Inconclusive}, Evidence: evidence,
			Summary: fmt.Sprintf("Whether the %s is whole is unknown. %s.", name, hiding(proof)),
		}}
	case err != nil:
		return unknown(s, "Whether the "+name+" is whole", err)
	case BackupVerdict(proof) == device.Whole && fails:
		return problem(fmt.Sprintf("The %s is whole, but the next backup to this computer will fail (%s).", name, device.Token(decisiveFault(proof).Mode)), evidence...)
	case BackupVerdict(proof) == device.Whole:
		return ok(fmt.Sprintf("The %s is whole, %s.", name, looked(proof)), evidence...)
	case fails:
		return problem(fmt.Sprintf("The %s is broken (%s), and the next backup to this computer will fail.", name, device.Token(decisiveFault(proof).Mode)), evidence...)
	case b.Archived: // no backup builds on it
		return ok(fmt.Sprintf("The %s is broken (%s), and no backup uses it.", name, device.Token(decisiveFault(proof).Mode)), evidence...)
	default:
		return warning(fmt.Sprintf("The %s is broken (%s).", name, device.Token(decisiveFault(proof).Mode)), evidence...)
	}
}

// localRemedies returns what to do about a backup, as its faults' own remedies say.
func localRemedies(b device.Backup) []remedies.ID {
	proof, _ := b.Proof.Get()
	situation := faults.Situation{Archived: b.Archived, InLibrary: b.InLibrary, NextFails: proof.NextFails}
	for _, f := range proof.Faults {
		situation.Modes = append(situation.Modes, f.Mode)
	}
	asksFor := func(actions ...faults.Action) bool {
		return slices.ContainsFunc(situation.Modes, func(mode string) bool {
			fault, _ := faults.Find(mode)
			return slices.Contains(actions, fault.Action) && faults.RemedyIn(mode, situation) != ""
		})
	}
	switch {
	case asksFor(faults.StartOver) && !b.InLibrary:
		return []remedies.ID{remedies.SetAsideLocalBackup}
	case asksFor(faults.StartOver, faults.Again, faults.BackUp):
		return []remedies.ID{remedies.ComputerBackup}
	default:
		return []remedies.ID{remedies.VerifyLocalBackup}
	}
}
