package checks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// failingCodes returns every code with a row, and some of domains and numbers without one. With
// -short it returns every seventh: the race detector finds no more in all of them.
func failingCodes() []device.PastCause {
	var all []device.PastCause
	for _, m := range codes.Meanings() {
		if m.Domain != "" && m.Number != 0 {
			all = append(all, behind(string(m.Domain), m.Number))
		}
	}
	for number := 200; number <= 230; number++ {
		all = append(all, behind("MBErrorDomain", number))
	}
	all = append(all,
		behind("MBErrorDomain", 99_999), behind("MBErrorDomain", -1), behind("NSCocoaErrorDomain", 4097), behind("NSPOSIXErrorDomain", 28),
		behind("com.example.other", 7), behind("", 5), behind("CKErrorDomain", 5000))
	if !testing.Short() {
		return all
	}
	var some []device.PastCause
	for i := 0; i < len(all); i += 7 {
		some = append(some, all[i])
	}
	return some
}

// sources are the ways in which a failed attempt becomes known.
var sources = []struct {
	name   string
	failed func(device.PastCause) func(*device.Snapshot)
}{
	{"a record", func(c device.PastCause) func(*device.Snapshot) {
		return recorded(time.Hour, listed(c, device.Known(takenAt.Add(-2*time.Hour)), ""))
	}},
	{"a record, with words", func(c device.PastCause) func(*device.Snapshot) {
		return recorded(time.Hour, listed(c, device.Known(takenAt.Add(-2*time.Hour)), "Backup cancelled (com.apple.backupd.wifi)"))
	}},
	{"a record, without a date", func(c device.PastCause) func(*device.Snapshot) {
		return recorded(time.Hour, listed(c, device.Unknown[time.Time](device.Absent), ""))
	}},
	{"a record, with a date to come", func(c device.PastCause) func(*device.Snapshot) {
		return recorded(time.Hour, listed(c, device.Known(takenAt.Add(900*time.Hour)), ""))
	}},
	{"an older record", func(c device.PastCause) func(*device.Snapshot) {
		return func(s *device.Snapshot) {
			recorded(time.Hour)(s)
			recorded(90*time.Minute, listed(c, device.Known(takenAt.Add(-2*time.Hour)), ""))(s)
		}
	}},
	{"a window", func(c device.PastCause) func(*device.Snapshot) {
		return recorded(time.Hour, func(h *device.History) {
			window(4*time.Hour, time.Hour, thePower)(h)
			windows, _ := h.Schedule.Windows.Get()
			windows[0].Error = device.Known(c)
		})
	}},
	{"a log", func(c device.PastCause) func(*device.Snapshot) {
		return heard(time.Minute, device.AttemptFailed, with(c))
	}},
	{"a log without dates", func(c device.PastCause) func(*device.Snapshot) {
		return heard(time.Minute, device.AttemptFailed, with(c), func(a *device.Attempt) {
			a.Source, a.Until, a.From = "file", device.Unknown[time.Time](device.Absent), device.Unknown[time.Time](device.Absent)
		})
	}},
	{"an attempt before the newest in a log", func(c device.PastCause) func(*device.Snapshot) {
		return func(s *device.Snapshot) {
			heard(time.Minute, device.AttemptUnseen)(s)
			heard(time.Hour, device.AttemptFailed, with(c))(s)
		}
	}},
	{"the page of Settings", func(c device.PastCause) func(*device.Snapshot) {
		return heard(time.Minute, device.AttemptUnseen, func(a *device.Attempt) { a.Page.ErrorOnPage = []device.PastCause{c} })
	}},
}

// listed adds an attempt to a record.
func listed(c device.PastCause, at device.Fact[time.Time], said string) func(*device.History) {
	return func(h *device.History) {
		attempt := device.PastAttempt{At: at, Domain: c.Domain, Code: c.Code}
		if said != "" {
			attempt.Description = device.Known(said)
		}
		h.CloudBackup.Results = device.Known([]device.PastAttempt{attempt})
	}
}

// No device whose attempts fail, with no known later success, is without a cause.
func TestNoFailureWithoutALaterSuccessIsWell(t *testing.T) {
	for _, source := range sources {
		for _, attached := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, attached %v", source.name, attached), func(t *testing.T) {
				for _, c := range failingCodes() {
					s := well(lastBackedUp(6*time.Hour), source.failed(c))
					if !attached {
						s.Live = nil
					}
					unwellWithCause(t, fmt.Sprintf("%s/%d", c.Domain, c.Code), s)
				}
			})
		}
	}
}

func unwellWithCause(t *testing.T, name string, s device.Snapshot) {
	t.Helper()
	d := Diagnose(s, Run(s, All()))
	if d.Verdict != Failing && d.Verdict != AtRisk || len(d.Causes) == 0 {
		t.Errorf("%s: %s %q with %d causes", name, d.Verdict, d.Headline, len(d.Causes))
	}
	if i := slices.IndexFunc(d.Proof, func(n Need) bool { return n.ID == "no-failure-since" }); d.Proof[i].Shown == ShownTrue {
		t.Errorf("%s: it is said that no attempt failed", name)
	}
}

// An entry that cannot be read may be a failure, unless a good backup was made after the record.
func TestAnAttemptThatCannotBeRead(t *testing.T) {
	unread := func(h *device.History) { h.CloudBackup.UnreadResults++ }
	for name, test := range map[string]struct {
		s    device.Snapshot
		want Shown
	}{
		"beside an outdated failure": {well(lastBackedUp(6*time.Hour), recorded(time.Hour, failed(2*aDay, 303), unread)), NotShown},
		"a window":                   {well(lastBackedUp(6*time.Hour), recorded(time.Hour, unreadWindow)), NotShown},
		"in an outdated record":      {well(lastBackedUp(6*time.Hour), recorded(aDay, failed(2*aDay, 303), unread)), ShownTrue},
		"in a record of the future":  {well(lastBackedUp(6*time.Hour), recorded(-30*aDay, failed(2*aDay, 303))), NotShown},
		"none in one of the future":  {well(lastBackedUp(6*time.Hour), recorded(-30*aDay)), ShownTrue},
	} {
		d := Diagnose(test.s, Run(test.s, All()))
		if i := slices.IndexFunc(d.Proof, func(n Need) bool { return n.ID == "no-failure-since" }); d.Proof[i].Shown != test.want {
			t.Errorf("%s: no failure since is %s, want %s", name, d.Proof[i].Shown, test.want)
		}
	}
}

// What a record cannot give is not said to be something that was not asked for.
func TestWhatARecordCannotGive(t *testing.T) {
	s := well(detached, recorded(time.Hour, func(h *device.History) {
		h.CloudBackup.Enabled = device.Unknown[bool](device.WrongType)
		h.CloudBackup.Last = device.Unknown[time.Time](device.Implausible)
	}))
	for _, need := range Prove(s) {
		if want := map[string]device.Reason{"switched-on": device.WrongType, "last-backup": device.Implausible}[need.ID]; need.Gap.Reason != want && want != "" {
			t.Errorf("%s: %+v, want %s", need.ID, need.Gap, want)
		}
	}
}

// Of two records that contradict each other, neither shows that iCloud Backup is on.
func TestContradictorySwitchIsNotShown(t *testing.T) {
	for _, used := range []bool{true, false} {
		s := well(detached, recorded(time.Hour, switchWas(true), accountUsesBackup(used)))
		want := NotShown
		if used {
			want = ShownTrue
		}
		for _, need := range Prove(s) {
			if need.ID == "switched-on" && need.Shown != want {
				t.Errorf("on for the account %v: %s, want %s", used, need.Shown, want)
			}
		}
	}
}

// A backup that is dated in the future has no age.
func TestHeadlineOfTheFuture(t *testing.T) {
	s := well(detached)
	s.Backups = []device.Backup{{Date: device.Known(takenAt.Add(400 * aDay))}}
	if got := recordHeadline(s, Diagnosis{}); !strings.HasSuffix(got, "its newest record here is dated in the future.") {
		t.Error(got)
	}
}

func TestAFailureWithoutADomain(t *testing.T) {
	if got := noted(device.PastAttempt{Code: 303}).String(); got != "code 303 of an unknown domain" {
		t.Error(got)
	}
}

// A failed attempt without a credible date is not given the date of its record, and settles nothing
// about the time since the last good backup.
func TestAFailureWithoutADate(t *testing.T) {
	for name, at := range map[string]device.Fact[time.Time]{
		"missing": device.Unknown[time.Time](device.Absent), "a text": device.Unknown[time.Time](device.WrongType), "to come": device.Known(takenAt.Add(900 * time.Hour)),
	} {
		s := well(lastBackedUp(6*time.Hour), recorded(time.Hour, listed(behind("MBErrorDomain", 303), at, "")))
		d := Diagnose(s, Run(s, All()))
		if i := slices.IndexFunc(d.Proof, func(n Need) bool { return n.ID == "no-failure-since" }); d.Proof[i].Shown != NotShown {
			t.Errorf("%s: no failure since is %s", name, d.Proof[i].Shown)
		}
		i := slices.IndexFunc(d.Causes, func(f Cause) bool { return f.Check == transientGlitch })
		if i < 0 {
			t.Errorf("%s: no warning", name)
			continue
		}
		if f := d.Causes[i]; f.Summary != "An attempt failed with MBErrorDomain/303, on an unknown date; whether a good iCloud backup was made since is unknown." || f.Evidence[0].Key != "Failed attempt, date unknown" {
			t.Errorf("%s: %s %+v", name, f.Summary, f.Evidence)
		}
	}
}

// Signs of failure without a code count too.
func TestFailuresWithoutACode(t *testing.T) {
	counter := func(change func(*device.History)) func(*device.Snapshot) { return recorded(time.Hour, change) }
	for _, test := range []struct {
		name   string
		change func(*device.Snapshot)
	}{
		{"a count of failures", counter(func(h *device.History) { h.Schedule.FailureCount = device.Known(uint64(5)) })},
		{"a count of failures for lack of keys", counter(func(h *device.History) { h.Schedule.MissingKeyFailures = device.Known(uint64(1)) })},
		{"a code that is hidden", heard(time.Minute, device.AttemptFailed)},
		{"a daemon that died", heard(time.Minute, device.AttemptFailed, func(a *device.Attempt) { a.Died = true })},
		{"a start without an end", heard(time.Hour, device.AttemptUnended, func(a *device.Attempt) { a.Source = "file" })},
		{"a start, and then another", func(s *device.Snapshot) {
			heard(time.Minute, device.AttemptUnended)(s)
			heard(time.Hour, device.AttemptUnended)(s)
		}},
		{"a count in a log", heard(time.Minute, device.AttemptUnseen, func(a *device.Attempt) { a.FailureCount = device.Known(uint64(3)) })},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := well(lastBackedUp(6*time.Hour), test.change)
			unwellWithCause(t, "attached", s)
			s.Live = nil
			unwellWithCause(t, "not attached", s)
		})
	}
}

// A completed iCloud backup makes earlier failures history.
func TestALaterSuccessEndsEveryFailure(t *testing.T) {
	for _, source := range sources {
		for _, c := range failingCodes() {
			if source.name == "a log without dates" {
				continue // it may be younger than the success
			}
			s := well(source.failed(c), lastBackedUp(0))
			if d := Diagnose(s, Run(s, All())); d.Verdict != BackedUp {
				t.Errorf("%s by %s/%d: %s %q", source.name, c.Domain, c.Code, d.Verdict, d.Headline)
			}
		}
	}
}

// An attempt still in progress when the log ends has not failed, and proves nothing.
func TestAnAttemptUnderWayIsNoProof(t *testing.T) {
	s := well(lastBackedUp(6*time.Hour), heard(0, device.AttemptUnended))
	if d := Diagnose(s, Run(s, All())); d.Verdict != NoCauseFound {
		t.Errorf("%s %q", d.Verdict, d.Headline)
	}
}

// The condition named by a cancellation is the cause.
func TestTheConditionInBrackets(t *testing.T) {
	for said, want := range map[string]*Check{
		"com.apple.backupd.wifi":     wifiMissing,
		"com.apple.backupd.on-power": autoNotCharging,
		"com.apple.backupd.locked":   autoNotLocked,
		"com.apple.backupd.other":    transientGlitch,
	} {
		s := well(lastBackedUp(3*aDay), recorded(time.Hour, listed(behind("MBErrorDomain", 202), device.Known(takenAt.Add(-2*time.Hour)), "Backup cancelled ("+said+")")))
		f := failure{codes: []codes.ID{{Domain: codes.MBErrorDomain, Number: 202}}, lost: said}
		if got := f.cause(); want != transientGlitch && got != want.ID {
			t.Errorf("%s points to %q", said, got)
		}
		d := Diagnose(s, Run(s, All()))
		if !slices.ContainsFunc(d.Causes, func(c Cause) bool {
			return slices.ContainsFunc(c.Evidence, func(e Evidence) bool { return strings.Contains(e.Value, said) })
		}) {
			t.Errorf("%s is in no evidence: %q", said, d.Headline)
		}
	}
}

// The words of a failure without a code are enough if they are clear.
func TestMissingKeysInWords(t *testing.T) {
	s := well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptFailed, func(a *device.Attempt) { a.KeysLacked = true }))
	if f := findingFor(t, s, needsUnlockForKeys); f.Status != Problem {
		t.Errorf("%s %q", f.Status, f.Summary)
	}
}

// An archive counts as an examination only if it says whose it is, and something about backups.
func TestWhatMakesAnArchiveAnExamination(t *testing.T) {
	archive := func(udid string, changes ...func(*device.History)) device.Snapshot {
		s := device.Snapshot{TakenAt: takenAt, Device: device.Identity{UDID: udid}}
		recorded(time.Hour, changes...)(&s)
		h := &s.Histories[0]
		h.Source = archiveSource
		if _, err := h.Restore.Pending.Get(); err != nil {
			h.CloudBackup.Results = device.Unknown[[]device.PastAttempt](device.Absent)
			h.Schedule.Windows = device.Unknown[[]device.BackupWindow](device.Absent)
		}
		return s
	}
	const udid = "00008110-000000000000001E"
	notes := func(h *device.History) { h.Restore.Pending = device.Known(false) }
	fails := func(h *device.History) { failed(2*time.Hour, 303)(h) }
	cut := func(h *device.History) { h.Ended = device.Gap{Reason: device.Truncated} }
	for _, test := range []struct {
		name string
		s    device.Snapshot
		want Verdict
	}{
		{"nothing", archive(""), NotExamined},
		{"identity alone", archive(udid), NotExamined},
		{"notes of nobody", archive("", notes), NotExamined},
		{"both", archive(udid, notes), NoCauseFound},
		{"both, cut", archive(udid, notes, cut), NoCauseFound},
		{"failures", archive(udid, notes, fails), Failing},
		{"failures, cut", archive(udid, notes, fails, cut), Failing},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := Diagnose(test.s, Run(test.s, All()))
			if d.Verdict != test.want {
				t.Errorf("%s %q, want %s", d.Verdict, d.Headline, test.want)
			}
			if strings.HasSuffix(test.name, "cut") && d.Gap.Reason != device.Truncated {
				t.Errorf("it is not said that it was read in part: %v", d.Gap)
			}
		})
	}
}
