package checks

import (
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// recorded adds a history of some age, with changes. The record is not needed if the device
// itself reports a fresh last good backup: combine it with lastBackedUp or detached.
func recorded(age time.Duration, changes ...func(*device.History)) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		h := device.History{Source: "backup", Origin: "/backups/1", AsOf: device.Known(takenAt.Add(-age))}
		for _, change := range changes {
			change(&h)
		}
		s.Histories = append(s.Histories, h)
	}
}

// succeeded adds a successful attempt at a time before the snapshot.
func succeeded(ago time.Duration) func(*device.History) { return failed(ago, 0) }

// failed adds an attempt that ended with a code of MBErrorDomain, and its underlying errors.
func failed(ago time.Duration, code int, behind ...device.PastCause) func(*device.History) {
	return func(h *device.History) {
		results, _ := h.CloudBackup.Results.Get()
		h.CloudBackup.Results = device.Known(append(results, device.PastAttempt{
			At: device.Known(takenAt.Add(-ago)), Domain: "MBErrorDomain", Code: code, Underlying: behind,
		}))
	}
}

// behind returns an underlying error.
func behind(domain string, code int) device.PastCause {
	return device.PastCause{Domain: domain, Code: code}
}

// lastGoodWas sets the date of the last good backup in a history, relative to the snapshot.
func lastGoodWas(ago time.Duration) func(*device.History) {
	return func(h *device.History) { h.CloudBackup.Last = device.Known(takenAt.Add(-ago)) }
}

// switchWas sets the switch in a history.
func switchWas(on bool) func(*device.History) {
	return func(h *device.History) { h.CloudBackup.Enabled = device.Known(on) }
}

// lost names the condition lost in a window.
type lost string

const (
	thePower lost = "power"
	theLock  lost = "lock"
	theWiFi  lost = "Wi-Fi"
)

// window adds a period in which the device was ready for a backup, until it lost a condition.
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

// unreadWindow adds an entry that cannot be read.
func unreadWindow(h *device.History) { h.Schedule.UnreadWindows++ }

// noWindows makes a device one that was never ready.
func noWindows(h *device.History) { h.Schedule.Windows = device.Known([]device.BackupWindow{}) }

// A fact comes from the newest record that has it, whatever their order.
func TestRecallTakesTheNewestRecordThatKnows(t *testing.T) {
	s := well(recorded(9*aDay, switchWas(true)), recorded(2*aDay), recorded(5*aDay, switchWas(false)))
	on, r, known := recall(s, pastSwitch)
	if !known || on || r.age != 5*aDay {
		t.Errorf("got %v of a record %v old, known %v; want false, of the one 5 days old", on, r.age, known)
	}
}

// A record without a date, or dated ahead of this computer's clock, is ignored.
func TestARecordWithoutACredibleDateSaysNothing(t *testing.T) {
	undated := func(h *device.History) { h.AsOf = device.Unknown[time.Time](device.NeedsPassword) }
	s := well(recorded(aDay, switchWas(true), undated), recorded(-2*aDay, switchWas(true)))
	if on, r, known := recall(s, pastSwitch); known {
		t.Errorf("recalled %v as of %v", on, r.asOf)
	}
}

// The last good backup is the latest from any source.
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

// A finding based on a record has its date in the summary and in the evidence, and an old
// record proves nothing about the present.
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

// A window's length cannot make it end before it starts.
func TestTheEndOfAWindowIsBounded(t *testing.T) {
	for _, seconds := range []float64{-1, 1e300} {
		w := device.BackupWindow{Start: takenAt, Seconds: seconds}
		if e := end(w); e.Before(takenAt) || e.After(takenAt.Add(365*aDay)) {
			t.Errorf("a window of %g seconds ends at %v", seconds, e)
		}
	}
}

// Evidence names the file it was read from: an archive has no domains.
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
