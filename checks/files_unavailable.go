package checks

import (
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var filesUnavailable = &Check{
	ID:    "files-unavailable",
	Short: "files could not be read",
	Title: "Every file could be read for the backup",
	Doc: `A backup leaves out files that are locked, being changed or cannot be read. It may still complete; where a file is damaged, each backup meets it again. Often it is a photo or video that does not open.

The person sees a message that some files were not available during the last backup.

Judged from the attempts recorded in a backup on this computer: MBErrorDomain/100 and 104 mean that files could not be read.
Otherwise only a person can answer: what the last backup left out cannot be read over USB. If it goes on, the storage of the device itself may be failing, which is for Apple Support to find out.`,
	Effect:   MayBlock,
	Sources:  []remedies.Source{remedies.ImobiledeviceUnreadable, remedies.PymobiledeviceFiles},
	Remedies: []remedies.ID{remedies.FindUnreadableItem, remedies.UnlockWithPasscode, remedies.Restart, remedies.UpdateSoftware, remedies.ContactAppleSupport},
	Explains: []string{"never-backed-up", "backup-stale"},
	Ask:      "Does {P-BACKUP} say that some files were not available during the last backup?",
	Answers:  Answers{Yes: "Some files were not available during the last backup."},
	Judge:    judgeFiles,
}

// judgeFiles leaves the question open even after a fresh backup, which may have left out files.
func judgeFiles(s device.Snapshot) []Finding {
	return judgeFailures(s, "files-unavailable", "could not read some files", ask(""))
}
