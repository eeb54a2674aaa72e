package checks

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var backupExpired180Days = &Check{
	ID:    "backup-expired-180-days",
	Short: "backup expired",
	Title: "The last iCloud backup is recent enough to be kept",
	Doc: `Apple keeps the backups of a device for 180 days after it stopped making them or iCloud Backup was switched off. Then the backup is deleted, and there is nothing left to restore from.

Judged from the date of the last good backup. Whether Apple still has it cannot be read over USB.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.ApplePH12520, remedies.AppleWhatIsBackup},
	Remedies: []remedies.ID{remedies.CheckLastBackupDate, remedies.BackUpNow, remedies.ComputerBackup},
	Judge:    judgeExpired,
}

// judgeExpired counts up to the time of the snapshot even if the date comes from a record.
func judgeExpired(s device.Snapshot) []Finding {
	at, age, err := lastBackup(s)
	if err == nil {
		if both, byDevice, apart := agesOf(s, age); apart && (days(age) > keptDays) != (days(byDevice) > keptDays) {
			return unknown(s, "Whether the last good iCloud backup, "+both+", is still kept", device.Implausible)
		}
		return judgeKept(age, backupDate(s, at))
	}
	otherwise := unknown(s, "The date of the last good iCloud backup", err)
	at, _, r, known := pastBackup(s)
	if !known || !silent(err) {
		return otherwise
	}
	return r.answer(judgeKept(s.TakenAt.Sub(at), r.backupDate(s, at)), otherwise)
}

func judgeKept(age time.Duration, evidence Evidence) []Finding {
	evidence.Expected = fmt.Sprintf("at most %d days ago", keptDays)
	if days(age) > keptDays {
		return warning(fmt.Sprintf("The last good iCloud backup is %s old, and Apple keeps backups for %d days: it has probably been deleted.", duration(age), keptDays), evidence)
	}
	return ok(fmt.Sprintf("The last good iCloud backup is %s old, within the %d days that Apple keeps it.", duration(age), keptDays), evidence)
}
