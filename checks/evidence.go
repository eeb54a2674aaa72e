package checks

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
)

// The judgements below end in one of these. Run adds the check to what they return.

func ok(summary string, evidence ...Evidence) []Finding {
	return []Finding{{Status: OK, Summary: summary, Evidence: evidence}}
}

func warning(summary string, evidence ...Evidence) []Finding {
	return []Finding{{Status: Warning, Summary: summary, Evidence: evidence}}
}

func problem(summary string, evidence ...Evidence) []Finding {
	return []Finding{{Status: Problem, Summary: summary, Evidence: evidence}}
}

// ask leaves the answer to a person. known says what the evidence does tell; Run puts the
// check's question behind it.
func ask(known string, evidence ...Evidence) []Finding {
	return []Finding{{Status: Ask, Summary: known, Evidence: evidence}}
}

// unknown says that what was wanted could not be read, and why. What nobody asked a
// device that did not talk is unknown for the reason why it did not, so that one cause
// does not look like twenty.
func unknown(s device.Snapshot, what string, err error) []Finding {
	gap := device.GapOf(err)
	if gap.Reason == device.NotAsked {
		gap = silence(s)
	}
	return []Finding{{Status: Unknown, Summary: what + " could not be read: " + gap.Error() + ".", Gap: gap}}
}

// silence is why a device was not asked everything.
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

// overNetwork is true of a device that was read over Wi-Fi: being looked at gave it no power,
// and nobody had to unlock it.
func overNetwork(s device.Snapshot) bool {
	return s.Live != nil && s.Live.Connection == device.Network
}

// live is what the device said over USB. Of a device that was not attached, nothing was
// asked.
func live(s device.Snapshot) device.Live {
	if s.Live == nil {
		return device.Live{}
	}
	return *s.Live
}

// read is evidence that was true when the snapshot was taken.
func read(s device.Snapshot, key, value, expected, source string) Evidence {
	return Evidence{Key: key, Value: value, Expected: expected, Source: source, AsOf: s.TakenAt}
}

// freshFor is how long a completed backup speaks for the conditions it needs.
const freshFor = 48 * time.Hour

// clockTolerance is how far the device's clock may run ahead of the computer's before a
// date it gave is taken for nonsense. A wrong clock is a check of its own.
const clockTolerance = 24 * time.Hour

// lastBackup is the end of the last good iCloud backup, and its age when the snapshot was
// taken. The age is negative, by less than clockTolerance, if the device's clock is ahead.
func lastBackup(s device.Snapshot) (at time.Time, age time.Duration, err error) {
	at, err = live(s).CloudBackup.Last.Get()
	if err != nil {
		return time.Time{}, 0, err
	}
	age = s.TakenAt.Sub(at)
	if age < -clockTolerance {
		return time.Time{}, 0, device.Implausible
	}
	return at, age, nil
}

// freshBackup tells of the last good iCloud backup, if it is fresh by the clocks of the device
// and of this computer: "A backup completed 7 hours ago". Such a backup rules out, for the moment it was made, whatever keeps a backup
// from completing. Where the device does not tell, one that was fresh when a record was
// made speaks for that moment.
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

// LastBackup is the end of the last good iCloud backup, by the device or else by the newest
// record that knows one. The error says why there is none: [device.Absent] where the device
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

// backupDate is the evidence for when the last good iCloud backup ended.
func backupDate(s device.Snapshot, at time.Time) Evidence {
	return read(s, lastBackupKey, moment(at), freshAge(s), "lockdown com.apple.mobile.backup / LastCloudBackupDate")
}

// freshAge is how old the last good backup is expected to be.
func freshAge(s device.Snapshot) string { return "at most " + count(fineFor(s), "day") + " ago" }

const lastBackupKey = "Last good iCloud backup"

// Numbers and times read the same in findings as everywhere else.
var (
	days     = words.Days
	duration = words.Duration
	count    = words.Count
)

// moment writes a time to the minute, and day its day, in UTC: for people a report is put in
// their own zone when it is rendered.
func moment(at time.Time) string { return words.Moment(at.UTC()) }
func day(at time.Time) string    { return words.Date(at.UTC()) }

// some writes how many of all things of a kind, of which there is at least one: "the only
// time", "both times", "all 3 times", "2 of the 3 times".
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

// onOff writes a switch.
func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// yesNo writes the answer to a question.
func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
