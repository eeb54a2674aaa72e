package checks

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
)

// Judgements return the result of one of these functions. Run adds the check.

func ok(summary string, evidence ...Evidence) []Finding {
	return []Finding{{Status: OK, Summary: summary, Evidence: evidence}}
}

func warning(summary string, evidence ...Evidence) []Finding {
	return []Finding{{Status: Warning, Summary: summary, Evidence: evidence}}
}

func problem(summary string, evidence ...Evidence) []Finding {
	return []Finding{{Status: Problem, Summary: summary, Evidence: evidence}}
}

// ask leaves the answer to a person. known is what the evidence does show; Run appends the
// check's question.
func ask(known string, evidence ...Evidence) []Finding {
	return []Finding{{Status: Ask, Summary: known, Evidence: evidence}}
}

// unknown says that something could not be read, and why. Facts that were never requested
// because the device stopped responding get that reason, so that one cause does not look like
// twenty.
func unknown(s device.Snapshot, what string, err error) []Finding {
	gap := device.GapOf(err)
	if gap.Reason == device.NotAsked {
		gap = silence(s)
	}
	return []Finding{{Status: Unknown, Summary: what + " could not be read: " + gap.Error() + ".", Gap: gap}}
}

// silence returns why the device was not read completely.
func silence(s device.Snapshot) device.Gap {
	if s.Live == nil {
		return silenceOfRecords(s)
	}
	if _, err := s.Live.Trusted.Get(); err != nil && device.GapOf(err).Reason != device.NotAsked {
		return device.GapOf(err)
	}
	if s.Live.Ended.Reason != "" {
		return s.Live.Ended
	}
	return device.Gap{Reason: device.NotAsked}
}

// overNetwork reports whether a device was read over Wi-Fi: being scanned did not charge it or
// require unlocking it.
func overNetwork(s device.Snapshot) bool {
	return s.Live != nil && s.Live.Connection == device.Network
}

// live returns what the device reported over USB. A device that was not attached was not read.
func live(s device.Snapshot) device.Live {
	if s.Live == nil {
		return device.Live{}
	}
	return *s.Live
}

// read returns evidence that was true when the snapshot was taken.
func read(s device.Snapshot, key, value, expected, source string) Evidence {
	return Evidence{Key: key, Value: value, Expected: expected, Source: source, AsOf: s.TakenAt}
}

// freshFor is how long a completed backup proves the conditions it needs.
const freshFor = 48 * time.Hour

// ClockTolerance is how far the device's clock may run ahead of the computer's before its dates
// are considered invalid. A wrong clock has its own check.
const ClockTolerance = 24 * time.Hour

// lastBackup returns the end of the last good iCloud backup, and its age when the snapshot was
// taken. The age is negative, by less than ClockTolerance, if the device's clock is ahead.
func lastBackup(s device.Snapshot) (at time.Time, age time.Duration, err error) {
	at, err = live(s).CloudBackup.Last.Get()
	if err != nil {
		return time.Time{}, 0, err
	}
	age = s.TakenAt.Sub(at)
	if age < -ClockTolerance {
		return time.Time{}, 0, device.Implausible
	}
	return at, age, nil
}

// freshBackup describes the last good iCloud backup if it is fresh by the clocks of the device
// and of this computer: "A backup completed 7 hours ago". Such a backup rules out, for the time
// it was made, whatever keeps backups from completing. If the device does not report one, a
// backup that was fresh when a record was made counts for that time.
func freshBackup(s device.Snapshot) (said string, evidence Evidence, fresh bool) {
	at, age, err := lastBackup(s)
	if !silent(err) {
		byDevice := age
		if ahead, _, _, unread := clockReading(s); unread == nil {
			byDevice += ahead
		}
		return fmt.Sprintf("A backup completed %s ago", duration(age)), backupDate(s, at), err == nil && max(age, byDevice) < freshFor
	}
	at, age, r, known := pastBackup(s)
	fresh = known && age < freshFor && !r.old()
	return fmt.Sprintf("A backup had completed %s before %s, the date of %s", duration(age), day(r.asOf), r.origin()), r.backupDate(s, at), fresh
}

// LastBackup returns the end of the last good iCloud backup, from the device or else from the
// newest record that has one. The error says why there is none: [device.Absent] if the device
// has none on record.
func LastBackup(s device.Snapshot) (time.Time, error) {
	at, _, err := lastBackup(s)
	if !silent(err) {
		return at, err
	}
	if at, _, _, known := pastBackup(s); known {
		return at, nil
	}
	return time.Time{}, err
}

// backupDate returns the evidence for when the last good iCloud backup ended.
func backupDate(s device.Snapshot, at time.Time) Evidence {
	return read(s, lastBackupKey, moment(at), freshAge(s), "lockdown com.apple.mobile.backup / LastCloudBackupDate")
}

// freshAge describes how old the last good backup may be.
func freshAge(s device.Snapshot) string { return "at most " + count(fineFor(s), "day") + " ago" }

const lastBackupKey = "Last good iCloud backup"

// Numbers and times are formatted in findings as everywhere else.
var (
	days     = words.Days
	duration = words.Duration
	count    = words.Count
)

// moment formats a time to the minute, and day the date, in UTC: when a report is rendered for
// people, its times are converted to their own zone.
func moment(at time.Time) string { return words.Moment(at.UTC()) }
func day(at time.Time) string    { return words.Date(at.UTC()) }

// some says how many of all things, of which there is at least one: "the only time", "both
// times", "all 3 times", "2 of the 3 times".
func some(n, all int, thing string) string {
	switch {
	case all == 1:
		return "the only " + thing
	case n == all && n == 2:
		return "both " + thing + "s"
	case n == all:
		return fmt.Sprintf("all %d %ss", all, thing)
	default:
		return fmt.Sprintf("%d of the %d %ss", n, all, thing)
	}
}

// onOff formats a switch.
func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// yesNo formats a yes/no answer.
func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
