package format

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// runNotes notes a doubtful clock on this computer, the number of answers that contradict what
// was read, which devices were left out, and an unusual number of devices examined at a time.
func runNotes(r report.Report, contradictions int) []string {
	var notes []string
	if note := hostClockNote(r); note != "" {
		notes = append(notes, note)
	}
	switch n := contradictions; n {
	case 0:
	case 1:
		notes = append(notes, "1 answer contradicts what was read.")
	default:
		notes = append(notes, words.Count(n, "answer")+" contradict what was read.")
	}
	switch n := len(r.LeftOut); n {
	case 0:
	case 1:
		notes = append(notes, "1 device on Wi-Fi was left out; --network examines it.")
	default:
		notes = append(notes, words.Count(n, "device")+" on Wi-Fi were left out; --network examines them.")
	}
	const usual = 10
	switch j := r.Jobs; {
	case j == nil || !j.Adaptive:
	case j.Most > usual && j.FellBack != "":
		notes = append(notes, fmt.Sprintf("Up to %d devices were examined at a time, and %d again after one failed: %s.", j.Most, usual, reasonOf(j.FellBack, "")))
	case j.Most > usual:
		notes = append(notes, fmt.Sprintf("Up to %d devices were examined at a time.", j.Most))
	case j.HeldBack:
		notes = append(notes, fmt.Sprintf("No more than %d devices were examined at a time, because a backup runs on this computer.", usual))
	}
	return notes
}

// hostClockNote says that the computer's clock is in doubt, or returns "" if it is not.
func hostClockNote(r report.Report) string {
	c := r.Host.Clock
	if c == nil {
		return ""
	}
	return checks.HostClockNote(-time.Duration(c.AheadSeconds)*time.Second, c.Devices)
}

// contradictions returns the number of findings on which an answer and a reading disagree.
func contradictions(r report.Report) int { return hiddenIn(r).contradictions }

// connectionNote says how a device was read, unless it was by cable.
func connectionNote(d report.Device) string {
	if d.Connection == "Network" {
		return "on Wi-Fi"
	}
	return ""
}

// InUse describes which command is using a device and, if known, since when, in the zone of that
// time. It returns "" if no command is.
func InUse(use *report.InUse) string {
	if use == nil {
		return ""
	}
	text := "In use by " + device.Quoted("backupdoctor "+use.Command)
	if !use.Since.IsZero() {
		text += " since " + words.Moment(use.Since)
	}
	return text + "."
}
