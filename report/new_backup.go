package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/faults"
	"github.com/backupdoctor/backupdoctor/device"
)

// newBackup converts one backup. A backup that was not verified has the verdict cannot-tell.
func newBackup(b device.Backup) Backup {
	proof, err := b.Proof.Get()
	situation := faults.Situation{Archived: b.Archived, InLibrary: b.InLibrary, NextFails: proof.NextFails}
	for _, f := range proof.Faults {
		situation.Modes = append(situation.Modes, f.Mode)
	}
	backup := Backup{
		Folder:          b.Folder,
		Archived:        b.Archived,
		InLibrary:       b.InLibrary,
		Date:            dateOf(b),
		ProductVersion:  textOf(b.Device.ProductVersion),
		State:           textOf(b.SnapshotState),
		SizeBytes:       proof.StoredBytes,
		Verdict:         string(checks.BackupVerdict(proof)),
		Depth:           string(proof.Depth),
		NextFails:       proof.NextFails && !b.Archived && !b.InLibrary,
		Listed:          proof.Listed,
		Found:           proof.Found,
		Statements:      convert(proof.Statements, newStatement),
		LengthsByHeader: proof.LengthsByHeader,
		LengthsUnknown:  proof.LengthsUnknown,
		Longer:          proof.Longer,
		Unlisted:        proof.Unlisted,
		DigestsRight:    proof.DigestsRight,
		ReceivedRight:   proof.ReceivedRight,
		ProvedAt:        proof.ProvedAt,
		DigestsLeft:     proof.DigestsLeft,
		WithoutDigest:   proof.WithoutDigest,
		Faults:          convert(proof.Faults, func(f device.BackupFault) Fault { return newFault(f, situation) }),
	}
	if encrypted, unread := b.Encrypted.Get(); unread == nil {
		backup.Encrypted = &encrypted
	}
	if err != nil {
		backup.Verdict, backup.Reason = string(device.CannotTell), string(device.GapOf(err).Reason)
	}
	return backup
}

func newStatement(s device.Statement) Statement {
	return Statement{
		ID: string(s.ID), Title: checks.StatementTitle(s.ID), Shown: string(s.Shown), Needed: checks.NeedsStatement(s),
		Count: s.Count, Of: s.Of, Faults: append([]string{}, s.Faults...), Detail: s.Detail,
	}
}

// dateOf returns when a backup was made, as recorded by the device or else by the computer.
func dateOf(b device.Backup) time.Time {
	at, err := b.Date.Get()
	if err != nil {
		at, err = b.LastBackupDate.Get()
	}
	if err != nil {
		return time.Time{}
	}
	return utc(at)
}

func newFault(f device.BackupFault, situation faults.Situation) Fault {
	known, _ := faults.Find(f.Mode)
	return Fault{
		Mode: f.Mode, Title: known.Title, Severity: string(known.Severity), Detail: f.Detail,
		Count: f.Count, Total: f.Total, Remedy: faults.RemedyIn(f.Mode, situation), Examples: convert(f.Examples, newFile),
	}
}

// StartsOver reports whether a fault of a backup calls for setting the folder aside and
// backing up again.
func StartsOver(b Backup) bool {
	return !b.InLibrary && slices.ContainsFunc(b.Faults, func(f Fault) bool {
		known, _ := faults.Find(f.Mode)
		return known.Action == faults.StartOver && f.Remedy != ""
	})
}

func newFile(p device.BackupProblem) File {
	return File{Domain: p.Domain, Path: p.Path, FileID: p.FileID, Detail: p.Detail}
}

// newPlaces hides the paths of backups if the report is redacted: paths contain the user name.
func newPlaces(run Run) []Place {
	places := append([]Place{}, run.Places...)
	if !run.Redacted {
		return places
	}
	for i := range places {
		places[i].Path = fmt.Sprintf("place-%d", i+1)
		if places[i].Target != "" {
			places[i].Target = fmt.Sprintf("target-%d", i+1)
		}
	}
	return places
}

// add counts the backups of one device.
func (c *BackupCounts) add(backups []Backup) {
	for _, b := range backups {
		switch device.ProofVerdict(b.Verdict) {
		case device.Whole:
			c.Whole++
		case device.Broken:
			c.Broken++
		default:
			c.CannotTell++
		}
	}
}

// CountBackups counts the backups of one device.
func CountBackups(d *Device) BackupCounts {
	var counts BackupCounts
	counts.add(d.Backups)
	return counts
}
