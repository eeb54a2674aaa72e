package checks

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// recorded adds a history of some age, with the changes made to it. A device whose date of
// the last good backup is fresh needs none: combine it with lastBackedUp or detached.
func recorded(age time.Duration, changes ...func(*device.History)) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		h := device.History{Source: "backup", Origin: "/backups/1", AsOf: device.Known(takenAt.Add(-age))}
		for _, change := range changes {
			change(&h)
		}
		s.Histories = append(s.Histories, h)
	}
}

// succeeded is an attempt that ended well, so long before the snapshot was taken.
func succeeded(ago time.Duration) func(*device.History) { return failed(ago, 0) }

// failed is an attempt that ended with a code of MBErrorDomain, and what lay behind it.
func failed(ago time.Duration, code int, behind ...device.PastCause) func(*device.History) {
	return func(h *device.History) {
		results, _ := h.CloudBackup.Results.Get()
		h.CloudBackup.Results = device.Known(append(results, device.PastAttempt{
			At: device.Known(takenAt.Add(-ago)), Domain: "MBErrorDomain", Code: code, Underlying: behind,
		}))
	}
}

// behind is an error behind an error.
func behind(domain string, code int) device.PastCause {
	return device.PastCause{Domain: domain, Code: code}
}

// lastGoodWas sets the date of the last good backup in a history, so long before the
// snapshot was taken.
func lastGoodWas(ago time.Duration) func(*device.History) {
	return func(h *device.History) { h.CloudBackup.Last = device.Known(takenAt.Add(-ago)) }
}

// switchWas sets the switch in a history.
func switchWas(on bool) func(*device.History) {
	return func(h *device.History) { h.CloudBackup.Enabled = device.Known(on) }
}

// lost names the condition that a window lost.
type lost string

const (
	thePower lost = "power"
	theLock  lost = "lock"
	theWiFi  lost = "Wi-Fi"
)

// window is a time in which the device was ready for a backup, until it lost a condition.
func window(ago, length time.Duration, until lost) func(*device.History) {
	return func(h *device.History) {
		windows, _ := h.Schedule.Windows.Get()
		h.Schedule.Windows = device.Known(append(windows, device.BackupWindow{
			Start:   takenAt.Add(-ago),
			Seconds: length.Seconds(),
			Enabled: device.Known(true),
			OnPower: device.Known(until != thePower),
			Locked:  device.Known(until != theLock),
			OnWiFi:  device.Known(until != theWiFi),
		}))
	}
}

// noWindows is a device that was never ready.
func noWindows(h *device.History) { h.Schedule.Windows = device.Known([]device.BackupWindow{}) }

// A fact is that of the newest record that has it, whatever the order they come in.
func TestRecallTakesTheNewestRecordThatKnows(t *testing.T) {
	s := well(recorded(9*aDay, switchWas(true)), recorded(2*aDay), recorded(5*aDay, switchWas(false)))
	on, r, known := recall(s, pastSwitch)
	if !known || on || r.age != 5*aDay {
		t.Errorf("got %v of a record %v old, known %v; want false, of the one 5 days old", on, r.age, known)
	}
}

// A record without a date, or with one ahead of this computer's clock, says nothing.
func TestARecordWithoutACredibleDateSaysNothing(t *testing.T) {
	undated := func(h *device.History) { h.AsOf = device.Unknown[time.Time](device.NeedsPassword) }
	s := well(recorded(aDay, switchWas(true), undated), recorded(-2*aDay, switchWas(true)))
	if on, r, known := recall(s, pastSwitch); known {
		t.Errorf("recalled %v as of %v", on, r.asOf)
	}
}

// The last good backup is the latest that anything tells of.
func TestLastGoodIsTheLatestOfAllThatIsKnown(t *testing.T) {
	for _, test := range []struct {
		name string
		s    device.Snapshot
		ago  time.Duration
	}{
		{"the device", well(lastBackedUp(3*aDay), recorded(aDay, lastGoodWas(5*aDay))), 3 * aDay},
		{"the date on record", well(lastBackedUp(3*aDay), recorded(aDay, lastGoodWas(2*aDay))), 2 * aDay},
		{"no date that was still to come", well(lastBackedUp(9*aDay), recorded(3*aDay, lastGoodWas(-400*aDay), succeeded(aDay))), 9 * aDay},
		{"an attempt that succeeded", well(lastBackedUp(9*aDay), recorded(aDay, lastGoodWas(9*aDay), failed(2*aDay, 300), succeeded(4*aDay))), 4 * aDay},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := takenAt.Sub(lastGood(test.s)); got != test.ago {
				t.Errorf("%v ago, want %v", got, test.ago)
			}
		})
	}
}

// Whatever rests on a record has its date in the sentence and in the evidence, and an old
// record proves nothing about now.
func TestWhatRestsOnARecordNamesItsDate(t *testing.T) {
	fresh := well(detached, recorded(10*aDay, switchWas(false)))
	f := judgeSwitch(fresh)[0]
	if want := "iCloud Backup is off, as of 2026-11-12, from a backup on this computer."; f.Status != Problem || f.Summary != want {
		t.Errorf("got %s %q, want a problem: %q", f.Status, f.Summary, want)
	}
	if at := f.Evidence[0].AsOf; !at.Equal(takenAt.Add(-10 * aDay)) {
		t.Errorf("the evidence is as of %v", at)
	}
	f = judgeSwitch(well(detached, recorded(15*aDay, switchWas(false))))[0]
	if want := "iCloud Backup is off, as of 2026-11-07, 15 days ago, from a backup on this computer."; f.Status != Warning || f.Summary != want {
		t.Errorf("got %s %q, want a warning: %q", f.Status, f.Summary, want)
	}
}

// A window cannot be given a length that turns its end back.
func TestTheEndOfAWindowIsBounded(t *testing.T) {
	for _, seconds := range []float64{-1, 1e300} {
		w := device.BackupWindow{Start: takenAt, Seconds: seconds}
		if e := end(w); e.Before(takenAt) || e.After(takenAt.Add(365*aDay)) {
			t.Errorf("a window of %g seconds ends at %v", seconds, e)
		}
	}
}

// Evidence names the file where it was read: an archive has no domains.
func TestRecordNamesItsFile(t *testing.T) {
	tests := map[string]string{
		"backup":      "RootDomain or HomeDomain com.apple.MobileBackup.plist / BackupStateInfo.errors",
		"sysdiagnose": "sysdiagnose com.apple.MobileBackup.plist / BackupStateInfo.errors",
	}
	for source, want := range tests {
		r := record{History: device.History{Source: source}}
		if got := r.read("", "", "", resultsSource).Source; got != want {
			t.Errorf("of a %s: %q, want %q", source, got, want)
		}
	}
}
