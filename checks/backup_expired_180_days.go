package checks

import (
	"fmt"

	"github.com/backupdoctor/backupdoctor/device"
)

var backupExpired180Days = &Check{
	ID:    "backup-expired-180-days",
	Title: "The last iCloud backup is young enough to be kept",
	Doc: `Apple keeps the backups of a device for 180 days after it stopped making them or iCloud Backup was switched off. Then the copy is deleted, and there is nothing left to restore from.

Judged from the date of the last good backup. Whether the copy is still there cannot be read over USB.`,
	Effect:   Informs,
	Sources:  []Source{applePH12520, appleWhatIsBackup},
	Remedies: []RemedyID{checkLastBackupDate, backUpNow, computerBackup},
	Judge:    judgeExpired,
}

func judgeExpired(s device.Snapshot) []Finding {
	at, age, err := lastBackup(s)
	if err != nil {
		return unknown(s, "The date of the last good iCloud backup", err)
	}
	evidence := backupDate(s, at)
	evidence.Expected = fmt.Sprintf("at most %d days ago", keptDays)
	if days(age) > keptDays {
		return warning(fmt.Sprintf("The last good iCloud backup is %s old, and Apple keeps one for %d days: it is probably gone.", duration(age), keptDays), evidence)
	}
	return ok(fmt.Sprintf("The last good iCloud backup is %s old, within the %d days that Apple keeps it.", duration(age), keptDays), evidence)
}
