package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/faults"
	"github.com/backupdoctor/backupdoctor/device"
)

// Helpers shared by the checks of backups on this computer.

// localName distinguishes a backup from the others of its device.
func localName(b device.Backup) string {
	name := "local backup"
	if b.Archived {
		name = "archived copy"
	}
	at, err := localDate(b)
	if err != nil {
		return name + " without a date"
	}
	return name + " of " + day(at)
}

// localDate returns when a backup was made, according to the device or else to the computer.
func localDate(b device.Backup) (time.Time, error) {
	at, err := b.Date.Get()
	if err != nil {
		return b.LastBackupDate.Get()
	}
	return at, nil
}

// localAge returns how old a backup was when the snapshot was taken. The age of one from the future
// is unknown, as is any while the clock of this computer is in doubt.
func localAge(s device.Snapshot, b device.Backup) (time.Duration, error) {
	at, err := localDate(b)
	if err != nil {
		return 0, err
	}
	age := s.TakenAt.Sub(at)
	if _, doubted := trayClock(s); doubted || age < -ClockTolerance {
		return 0, device.Inconclusive
	}
	return age, nil
}

// localProof returns the result of verification, or why there is none.
func localProof(b device.Backup) (device.Proof, error) {
	proof, err := b.Proof.Get()
	if err != nil {
		return device.Proof{}, err
	}
	if BackupVerdict(proof) == device.CannotTell {
		return proof, hiddenBy(proof)
	}
	return proof, nil
}

// hiddenBy returns why a proof is inconclusive: the first fault that leaves a required
// statement open.
func hiddenBy(proof device.Proof) device.Reason {
	reasons := map[string]device.Reason{
		"no-permission":   device.NotPermitted,
		"password-needed": device.NeedsPassword,
		"password-wrong":  device.WrongPassword,
		"stopped":         device.Interrupted,
	}
	for _, statement := range OpenStatements(proof) {
		for _, mode := range statement.Faults {
			if why, known := reasons[mode]; known {
				return why
			}
		}
	}
	return device.Inconclusive
}

// hiding describes what leaves a proof open: the first fault of an open statement.
func hiding(proof device.Proof) string {
	for _, statement := range OpenStatements(proof) {
		for _, mode := range statement.Faults {
			i := slices.IndexFunc(proof.Faults, func(f device.BackupFault) bool { return f.Mode == mode })
			if i >= 0 {
				return faultText(proof.Faults[i])
			}
		}
	}
	return device.Inconclusive.Error()
}

// decisiveFault returns the fault that decides a verdict: the first that refutes a statement, or else
// the first that makes the next backup fail.
func decisiveFault(proof device.Proof) device.BackupFault {
	refutes := func(f device.BackupFault) bool {
		return slices.ContainsFunc(proof.Statements, func(s device.Statement) bool {
			return s.Shown == device.ShownFalse && slices.Contains(s.Faults, f.Mode)
		})
	}
	if i := slices.IndexFunc(proof.Faults, refutes); i >= 0 {
		return proof.Faults[i]
	}
	for _, severity := range []faults.Severity{faults.Unusable, faults.Loss, faults.Unknown, faults.Note} {
		i := slices.IndexFunc(proof.Faults, func(f device.BackupFault) bool { return severityOf(f) == severity })
		if i >= 0 {
			return proof.Faults[i]
		}
	}
	return device.BackupFault{}
}

// severityOf returns the severity of a fault's mode.
func severityOf(f device.BackupFault) faults.Severity {
	known, _ := faults.Find(f.Mode)
	return known.Severity
}

// localEvidence returns the evidence for the judgement of one backup.
func localEvidence(s device.Snapshot, b device.Backup, proof device.Proof) []Evidence {
	evidence := []Evidence{read(s, "Folder", cmp.Or(device.Quoted(b.Folder), "unknown"), "", "this computer")}
	if at, err := localDate(b); err == nil {
		evidence = append(evidence, read(s, "Backup made", moment(at), "", "Status.plist / Date, Info.plist / Last Backup Date"))
	}
	if encrypted, err := b.Encrypted.Get(); err == nil {
		evidence = append(evidence, read(s, "Encrypted", yesNo(encrypted), "", "Manifest.plist / IsEncrypted"))
	}
	if proof.Listed > 0 {
		evidence = append(evidence, read(s, "Files found", fmt.Sprintf("%d of %d", proof.Found, proof.Listed), "all", "the backup's manifest and folder"))
	}
	if BackupVerdict(proof) != device.Broken && !proof.NextFails {
		return evidence
	}
	decisive := decisiveFault(proof)
	evidence = append(evidence, read(s, device.Token(decisive.Mode), faultText(decisive), "", "the backup's folder"))
	var others []string
	for _, fault := range proof.Faults {
		severity := severityOf(fault)
		if fault.Mode != decisive.Mode && (severity == faults.Unusable || severity == faults.Loss) {
			others = append(others, device.Token(fault.Mode))
		}
	}
	if len(others) > 0 {
		evidence = append(evidence, read(s, "Other faults", strings.Join(others, ", "), "", "the backup's folder"))
	}
	return evidence
}

// faultText describes a fault in words, with its numbers.
func faultText(f device.BackupFault) string {
	known, _ := faults.Find(f.Mode)
	text := known.Title
	switch {
	case f.Count > 0 && f.Total > 0:
		text += fmt.Sprintf(" (%d of %d)", f.Count, f.Total)
	case f.Count > 0:
		text += fmt.Sprintf(" (%d)", f.Count)
	}
	return text
}

// unlocked reports whether a password unlocked an encrypted backup. The list of files may be
// readable without one, as on iOS 9 and earlier; the padding of a file never is.
func unlocked(proof device.Proof) bool {
	return proof.Statement(device.StatementPadding).Count > 0
}

// looked describes how thorough a verification was, as the end of a sentence, and when it was
// done if not now.
func looked(proof device.Proof) string {
	if !proof.ProvedAt.IsZero() {
		then := proof
		then.ProvedAt = time.Time{}
		return looked(then) + "; proved " + moment(proof.ProvedAt)
	}
	if proof.Depth == device.DeepLook {
		if proof.WithoutDigest > 0 {
			return fmt.Sprintf("by the digests of its files; %d carry none", proof.WithoutDigest)
		}
		return "by the digests of its files"
	}
	return "as far as a quick look proves"
}

// withoutBackups judges a device for which no backup was found. If a folder could not be read,
// there may still be one.
func withoutBackups(s device.Snapshot) []Finding {
	places, err := s.BackupPlaces.Get()
	switch {
	case err == nil && places > 0:
		return ask("No backup of this device was found on this computer.", read(s, "Backup folders searched", fmt.Sprint(places), "", "this computer"))
	case err == nil || device.GapOf(err).Reason == device.NotAsked:
		return ask("No backup folder was searched.", read(s, "Backup folders searched", "0", "", "this computer"))
	default:
		return unknown(s, "The folder of backups on this computer", err)
	}
}
