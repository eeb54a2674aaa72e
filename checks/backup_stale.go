package checks

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

var backupStale = &Check{
	ID:    "backup-stale",
	Short: "backup stale",
	Title: "The last iCloud backup is at most two days old",
	Doc: `A device that is on power, locked and on Wi-Fi backs up about once a day. If the device is lost, so is everything that changed since the last backup.

Judged from the date of the last good backup, in whole days: up to 2 days are fine, from 3 to 14 a notice, over 14 a problem; over 180 the backup has probably been deleted (see backup-expired-180-days).
Where the device does not report the date, the newest backup on this computer does, and the age is the age at the time of that backup.
A notice suggests only remedies that cost nothing. The date shows that no backup has completed since, but not why: any other finding comes first.`,
	Effect:   Informs,
	Sources:  []remedies.Source{remedies.ApplePH12520, remedies.AppleWhatIsBackup, remedies.PopsugarNotBackedUp},
	Remedies: []remedies.ID{remedies.ReadExactMessage, remedies.CheckICloudStorage, remedies.CheckSystemStatus, remedies.BackUpOvernight, remedies.BackUpNow, remedies.TryAnotherNetwork, remedies.Restart, remedies.ForceRestart, remedies.ContactAppleSupport},
	Explains: []string{"backup-expired-180-days"},
	Judge:    judgeStale,
}

// The last day of each age range of backup-stale, in whole days.
const (
	fineDays   = 2
	noticeDays = 14
	keptDays   = 180 // Apple deletes a backup this long after the device's last one
)

// fineFor returns how old the last good backup may be, in whole days: the limit set in the
// device's policy, or the default.
func fineFor(s device.Snapshot) int {
	if s.Policy.MaxAgeSeconds == 0 {
		return fineDays
	}
	return days(time.Duration(s.Policy.MaxAgeSeconds) * time.Second)
}

func judgeStale(s device.Snapshot) []Finding {
	if last, err := live(s).CloudBackup.Last.Get(); err == nil {
		if both, byDevice, apart := agesOf(s, s.TakenAt.Sub(last)); apart {
			return judgeAges(s, last, both, byDevice)
		}
	}
	at, age, err := lastBackup(s)
	if err == nil {
		return judgeAge(s, age, backupDate(s, at))
	}
	otherwise := unknown(s, "The date of the last good iCloud backup", unreadOnRecord(s, err, pastLast))
	at, age, r, known := pastBackup(s)
	if !known || !silent(err) {
		return otherwise
	}
	return r.answer(judgeAge(s, age, r.backupDate(s, at)), otherwise)
}

// judgeAges judges a device with a wrong clock. Only an age that is too old by both clocks is a
// problem.
func judgeAges(s device.Snapshot, last time.Time, both string, byDevice time.Duration) []Finding {
	age := s.TakenAt.Sub(last)
	found := judgeAge(s, min(age, byDevice), backupDate(s, last))
	if _, doubted := trayClock(s); doubted && found[0].Status == OK {
		return []Finding{{
			Status: Unknown, Summary: "The last good iCloud backup is " + both + ", and this computer's clock is in doubt.",
			Gap: device.Gap{Reason: device.Inconclusive}, Evidence: []Evidence{backupDate(s, last)},
		}}
	}
	if found[0].Status == OK {
		found = warning("", backupDate(s, last))
		found[0].Remedies = []remedies.ID{remedies.SetDateAutomatically, remedies.BackUpNow}
	}
	found[0].Summary = "The last good iCloud backup is " + both + "."
	return found
}

// judgeAge adds the attempts that failed since the backup to an age that is too old.
func judgeAge(s device.Snapshot, age time.Duration, date Evidence) []Finding {
	failed, _ := failures(s)
	evidence := append([]Evidence{date}, failureEvidence(failed)...)
	summary := fmt.Sprintf("The last good iCloud backup is %s old.", duration(age))
	switch old := days(age); {
	case old <= fineFor(s):
		return ok(summary, date)
	case old <= max(noticeDays, fineFor(s)):
		notice := warning(summary, evidence...)
		notice[0].Remedies = []remedies.ID{remedies.ReadExactMessage, remedies.BackUpOvernight, remedies.BackUpNow, remedies.Restart}
		return notice
	default:
		return problem(summary, evidence...)
	}
}
