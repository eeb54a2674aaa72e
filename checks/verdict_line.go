package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// causesClause returns the verdict on a device in one clause: its first cause, and how certain
// it is. Counted attempts and nights are reported in preference to the cause with the age of
// the last good backup. An old backup is not reported by itself if a counted cause follows it.
func causesClause(s device.Snapshot, causes []Cause) string {
	for _, cause := range causes {
		for _, line := range []func(device.Snapshot, Cause) string{failingClause, conditionClause} {
			if text := line(s, cause); text != "" {
				return text
			}
		}
		if causes[0].Check != backupStale {
			break
		}
	}
	return clause(causes[0].Summary) + backupClause(s, causes[0])
}

// failingClause counts the failed attempts, for a cause that the newest of them points to or
// that a person reported: "iCloud Backup has been failing since 2026-11-12 03:10 UTC (5
// attempts): iCloud storage is full (error 303, 7 hours ago)".
func failingClause(s device.Snapshot, cause Cause) string {
	list, _ := failures(s)
	if len(list) == 0 || cause.Check == backupTurnedOff {
		return ""
	}
	newest, oldest := list[0], list[len(list)-1]
	how, what := "", unwellClause(cause)
	switch byPerson := slices.IndexFunc(cause.Evidence, func(e Evidence) bool { return e.Source == answerSource }); {
	case newest.blames(cause.Check.ID):
		how, what = fmt.Sprintf("%s, %s", newest.shortly(), ago(s, newest.at)), newest.observed()
		if points := newest.points(); points != "" {
			how += "; " + points
		}
	case byPerson >= 0:
		how = "by a person's answer, " + ago(s, cause.Evidence[byPerson].AsOf)
	default:
		return ""
	}
	return fmt.Sprintf("iCloud Backup has been failing since %s (%s): %s (%s)",
		moment(oldest.at), count(len(list), "attempt"), what, how)
}

// shortly returns the outermost code: "error 303", or with its domain if it is not iOS's own.
func (f failure) shortly() string {
	if len(f.codes) == 0 {
		return f.String()
	}
	if code := f.codes[0]; code.Domain != codes.MBErrorDomain {
		return fmt.Sprintf("%s/%d", device.Token(string(code.Domain)), code.Number)
	}
	return fmt.Sprintf("error %d", f.codes[0].Number)
}

// unwellClause describes a cause in a few words, to follow a colon.
func unwellClause(cause Cause) string {
	text := clause(cause.Check.Answers.unwell())
	if text == "" {
		text = clause(cause.Summary)
	}
	if rest, ok := strings.CutPrefix(text, "The "); ok {
		return "the " + rest
	}
	return text
}

// conditionClause counts how often a condition of the nightly backup was lost: "iCloud Backup
// has not run for 23 days: Wi-Fi was lost in 8 of the last 10 times that the device was ready
// for it".
func conditionClause(s device.Snapshot, cause Cause) string {
	conditions := map[*Check]struct {
		name string
		held func(device.BackupWindow) device.Fact[bool]
	}{
		wifiMissing:     {"Wi-Fi", func(w device.BackupWindow) device.Fact[bool] { return w.OnWiFi }},
		autoNotCharging: {"power", func(w device.BackupWindow) device.Fact[bool] { return w.OnPower }},
		autoNotLocked:   {"the lock of the screen", func(w device.BackupWindow) device.Fact[bool] { return w.Locked }},
	}
	condition, ok := conditions[cause.Check]
	counted := slices.ContainsFunc(cause.Evidence, func(e Evidence) bool { return e.Source == windowsSource })
	if !ok || !counted {
		return ""
	}
	last := lastGood(s)
	c, known := countWindows(s, condition.held)
	if !known || c.lost == 0 || last.IsZero() || s.TakenAt.Sub(last) < freshFor {
		return ""
	}
	return fmt.Sprintf("iCloud Backup has not run for %s: %s was lost in %d of the last %s that the device was ready for it",
		duration(s.TakenAt.Sub(last)), condition.name, c.lost, count(c.all, "time"))
}

// backupClause adds the age of the last good backup to a headline that is not about it already.
func backupClause(s device.Snapshot, cause Cause) string {
	about := slices.ContainsFunc(cause.Evidence, func(e Evidence) bool { return e.Key == lastBackupKey })
	_, age, err := lastBackup(s)
	if about || err != nil {
		return ""
	}
	return "; the last good backup is " + duration(age) + " old"
}
