package checks

import (
	"fmt"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// windowSuffices is long enough for an ordinary backup to begin and, on a good network, to
// complete.
const windowSuffices = 2 * time.Hour

// end returns when a window ended. An implausible length is limited to a plausible one.
func end(w device.BackupWindow) time.Time {
	const longest = 365 * 24 * 60 * 60 // seconds
	return w.Start.Add(time.Duration(min(max(w.Seconds, 0), longest) * float64(time.Second)))
}

func pastWindows(h device.History) device.Fact[[]device.BackupWindow] { return h.Schedule.Windows }

// windowCount counts the outcomes of the periods since the last good backup in which the device
// was ready for one: on power, locked and on Wi-Fi for more than a minute.
type windowCount struct {
	record
	all      int
	short    int           // those that ended too soon: before windowSuffices, or with a backup still running
	lost     int           // short ones that ended because the condition was lost
	longest  time.Duration // of those that did not end too soon
	evidence []Evidence    // one line for each short one
}

// countWindows counts the windows since the last good backup in the newest record that lists
// them; known is false if none does. Windows with iCloud Backup off do not count. The window in
// which that backup completed counts from then on, and only if it continued for long: ending
// soon after a backup means nothing.
func countWindows(s device.Snapshot, condition func(device.BackupWindow) device.Fact[bool]) (c windowCount, known bool) {
	windows, r, known := recall(s, pastWindows)
	c.record = r
	last := lastGood(s)
	for _, w := range windows {
		start, within := w.Start, w.Start.Before(last)
		if within {
			start = last
		}
		length := end(w).Sub(start)
		on, err := w.Enabled.Get()
		off := err == nil && !on
		if off || !r.mayKnow(start) || within && length < windowSuffices {
			continue
		}
		c.add(w, start, length, condition(w))
	}
	return c, known
}

func (c *windowCount) add(w device.BackupWindow, start time.Time, length time.Duration, condition device.Fact[bool]) {
	c.all++
	running, _ := w.Running.Get() // if unknown, only the length counts
	if !running && length >= windowSuffices {
		c.longest = max(c.longest, length)
		return
	}
	c.short++
	value := "ended after " + duration(length)
	if held, err := condition.Get(); err == nil && !held {
		c.lost++
		value += ", with this condition lost"
	}
	c.evidence = append(c.evidence, c.read("Ready for a backup from "+moment(start), value, "at least "+duration(windowSuffices), windowsSource))
}

const windowsSource = backupPlist + " / LastOnConditionEvents"

// judgeWindows judges a condition of the nightly backup by the periods in which the device was
// ready for one. name is the condition in words; otherwise is what to return without those
// periods. Where entries of the record cannot be read, only those that can are counted, and the
// finding says so.
func judgeWindows(s device.Snapshot, condition func(device.BackupWindow) device.Fact[bool], name string, otherwise []Finding) []Finding {
	c, known := countWindows(s, condition)
	switch {
	case !known:
		return otherwise
	case c.all == 0 && c.Schedule.UnreadWindows > 0:
		return preface("Part of the record of the times when the device was ready for a backup cannot be read"+c.when()+".", c.unread(), otherwise)
	case c.all == 0:
		return preface(fmt.Sprintf("The record has no time in which the device was on power, locked and on Wi-Fi together %s%s.", sinceGood(s), c.when()),
			[]Evidence{c.read("Times ready for a backup", "0", "one a night", windowsSource)}, otherwise)
	case c.lost > 0 && 2*c.lost >= c.all+int(c.Schedule.UnreadWindows):
		lost := some(c.lost, c.all, c.thing())
		return c.answer(warning(fmt.Sprintf("%s that the device was ready for a backup %s ended too soon for lack of %s.",
			strings.ToUpper(lost[:1])+lost[1:], sinceGood(s), name), append(c.evidence, c.unread()...)...), otherwise)
	case c.longest > 0:
		return c.answer(ok(fmt.Sprintf("The device was on power, locked and on Wi-Fi for up to %s at a time %s, so %s was not what was missing.",
			duration(c.longest), sinceGood(s), name),
			c.read("Longest time ready for a backup", duration(c.longest), "at least "+duration(windowSuffices), windowsSource)), otherwise)
	default:
		return preface(fmt.Sprintf("The device was ready for a backup %s %s, never for long enough, and %d of them ended for lack of %s%s.",
			count(c.all, c.thing()), sinceGood(s), c.lost, name, c.when()), append(c.evidence, c.unread()...), otherwise)
	}
}

// thing is what is counted.
func (c windowCount) thing() string {
	if c.Schedule.UnreadWindows > 0 {
		return "readable time"
	}
	return "time"
}

// unread returns evidence of the entries that cannot be read; none if all can.
func (c windowCount) unread() []Evidence {
	if c.Schedule.UnreadWindows == 0 {
		return nil
	}
	return []Evidence{c.read("Times ready for a backup that cannot be read", fmt.Sprint(c.Schedule.UnreadWindows), "0", windowsSource)}
}
