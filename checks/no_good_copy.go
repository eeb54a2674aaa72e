package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var noGoodCopy = &Check{
	ID:    "no-good-copy",
	Short: "no good copy on a computer",
	Title: "A computer holds a whole backup",
	Doc: `Before anything is deleted or erased there has to be a verified copy, and while iCloud Backup fails, it can only be on a computer.

Judged from the backups on this computer: one that was proved whole is enough, and its age is shown. Archived copies count. What a quick look proves is that every file is there and as long as recorded; backupdoctor verify --deep compares contents too.
A copy on another computer, or in a folder that was not searched, cannot be known.

Where the inventory expects the backups of a device on a computer, the newest copy that the next backup builds on is judged as an iCloud backup would be: none, a broken one or one that is too old is a problem, and one that could not be proved is unknown. What keeps an iCloud backup from completing is then suppressed.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.AppleBackupMethods, remedies.FoundingArticle},
	Remedies: []remedies.ID{remedies.ComputerBackup},
	Ask:      "Is there a backup of this {device} on another computer, and was it checked?",
	Answers:  Answers{No: "There is no checked backup on another computer."},
	Judge:    judgeGoodCopy,
}

// judgeGoodCopy uses the newest whole backup; the list is sorted newest first.
func judgeGoodCopy(s device.Snapshot) []Finding {
	if expects(s) == device.ExpectComputer {
		return judgeExpectedCopy(s)
	}
	if len(s.Backups) == 0 {
		return withoutBackups(s)
	}
	var hidden error
	for _, b := range s.Backups {
		proof, err := localProof(b)
		switch {
		case err != nil && hidden == nil:
			hidden = err
		case err == nil && BackupVerdict(proof) == device.Whole:
			return ok(goodCopy(s, b, proof), localEvidence(s, b, proof)...)
		}
	}
	if hidden != nil {
		return unknown(s, "Whether a backup on this computer is whole", hidden)
	}
	return warning(fmt.Sprintf("None of the backups on this computer is whole (0 of %d).", len(s.Backups)),
		read(s, "Whole backups", fmt.Sprintf("0 of %d", len(s.Backups)), "at least 1", "the folders of the backups"))
}

func goodCopy(s device.Snapshot, b device.Backup, proof device.Proof) string {
	old := ""
	if age, err := localAge(s, b); err == nil {
		old = ", " + duration(age) + " old,"
	} else if _, err := localDate(b); err == nil {
		old = ", of unknown age,"
	}
	return fmt.Sprintf("The %s%s is whole, %s.", localName(b), old, looked(proof))
}
