package checks

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var falseAlarm = &Check{
	ID:    "false-alarm",
	Short: "false alarm",
	Title: "A fresh backup outweighs a failure notice",
	Doc: `The notice that a backup failed can stay on the screen after a later backup succeeded, for instance when iCloud storage was nearly full or a fault was brief.

Judged from the date of the last good backup: less than 48 hours old, and a notice of an earlier failure is out of date, unless a backup on this computer has an attempt on record that failed since.
This is then reported first, because nothing needs to be fixed.
If it is known only from a record and is older by now, a later failure is not ruled out.
With an older backup a notice has to be taken seriously, and only a person can see whether there is one.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.HinewsBackupFailure},
	Remedies: []remedies.ID{remedies.ReadExactMessage, remedies.CheckLastBackupDate},
	Ask:      `Does the {device} show a notice that its backup failed, or such a sentence under Back Up Now in {P-BACKUP}?`,
	Judge:    judgeFalseAlarm,
}

func judgeFalseAlarm(s device.Snapshot) []Finding {
	at, age, err := lastBackup(s)
	if err == nil {
		return judgeNotice(s, at, age, backupDate(s, at))
	}
	otherwise := unknown(s, "The date of the last good iCloud backup", err)
	at, age, r, known := pastBackup(s)
	if !known || !silent(err) {
		return otherwise
	}
	return r.answer(judgeNotice(s, at, age, r.backupDate(s, at)), otherwise)
}

// judgeNotice judges by the end of the last good backup, and by its age when that was recorded.
func judgeNotice(s device.Snapshot, at time.Time, age time.Duration, evidence Evidence) []Finding {
	failed, _ := failures(s)
	switch {
	case len(failed) > 0:
		return ask(fmt.Sprintf("The last good iCloud backup is %s old, and an attempt after it failed, so a notice that it failed has to be taken seriously.", duration(age)),
			append(failureEvidence(failed), evidence)...)
	case s.TakenAt.Sub(at) < freshFor:
		return ok(fmt.Sprintf("The last good iCloud backup is %s old, so a notice of an earlier failure is out of date.", duration(age)), evidence)
	case age < freshFor:
		return ask(fmt.Sprintf("The last good iCloud backup is %s old, so a notice of a later failure has to be taken seriously.", duration(age)), evidence)
	default:
		return ask(fmt.Sprintf("The last good iCloud backup is %s old, so a notice that it failed has to be taken seriously.", duration(age)), evidence)
	}
}
