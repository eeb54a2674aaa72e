package format

import (
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// runNotes say that this computer's clock is in doubt, how many answers contradict what was
// read, which devices were left out, and how many were examined at a time where that was not
// the usual number.
func runNotes(r report.Report) []string {
	var notes []string
	if note := hostClockNote(r); note != "" {
		notes = append(notes, note)
	}
	switch n := contradictions(r); n {
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

// hostClockNote says that the clock of the computer that looked is in doubt; "" if it is not.
func hostClockNote(r report.Report) string {
	c := r.Host.Clock
	if c == nil {
		return ""
	}
	return checks.HostClockNote(-time.Duration(c.AheadSeconds)*time.Second, c.Devices)
}

// contradictions is how many findings an answer and a reading contradict each other on.
func contradictions(r report.Report) int {
	n := 0
	for _, d := range r.Devices {
		for _, f := range d.Findings {
			if f.Contradicted {
				n++
			}
		}
	}
	return n
}

// connectionNote is how a device was read, where that is not by cable.
func connectionNote(d report.Device) string {
	if d.Connection == "Network" {
		return "on Wi-Fi"
	}
	return ""
}

// useNote says which command acted on a device; "" if none did.
func useNote(d report.Device) string {
	if d.InUse == nil {
		return ""
	}
	return fmt.Sprintf("In use by %s since %s.", device.Quoted("backupdoctor "+d.InUse.Command), words.Moment(d.InUse.Since))
}
