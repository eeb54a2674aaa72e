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

// heard adds an attempt from a log that ended at a time before the snapshot.
func heard(ago time.Duration, outcome device.AttemptOutcome, changes ...func(*device.Attempt)) func(*device.Snapshot) {
	return func(s *device.Snapshot) {
		at := takenAt.Add(-ago)
		a := device.Attempt{
			Source: "os_trace_relay", Outcome: outcome, Heard: 1,
			From: device.Known(at.Add(-time.Minute)), Until: device.Known(at),
			Lines: []device.LogLine{{At: at, Process: "backupd", Text: "the line of the log"}},
		}
		for _, change := range changes {
			change(&a)
		}
		s.Attempts = append(s.Attempts, a)
	}
}

func with(causes ...device.PastCause) func(*device.Attempt) {
	return func(a *device.Attempt) { a.Causes = causes }
}

// seeing sets the conditions that backupd last saw; false for those named.
func seeing(lost ...lost) func(*device.Attempt) {
	return func(a *device.Attempt) {
		a.Conditions = device.Known(device.Conditions{
			At:      takenAt,
			Enabled: device.Known(true),
			Locked:  device.Known(!slices.Contains(lost, theLock)),
			OnPower: device.Known(!slices.Contains(lost, thePower)),
			OnWiFi:  device.Known(!slices.Contains(lost, theWiFi)),
		})
	}
}

// findingFor returns the finding of one check.
func findingFor(t *testing.T, s device.Snapshot, check *Check) Finding {
	t.Helper()
	return Run(s, []*Check{check})[0]
}

// Whatever the code, a failed attempt results in a problem of the check that the table of codes
// names, with its meaning and the lines of the log; one that was called off points to the
// condition that was lost.
func TestEveryCodeThatIsHeardEndsInACause(t *testing.T) {
	for _, m := range codes.Meanings() {
		if m.Domain == "" || m.Number == 0 {
			continue
		}
		t.Run(m.Title(), func(t *testing.T) {
			s := well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptFailed, with(behind(string(m.Domain), m.Number)), seeing(theWiFi)))
			want := "transient-glitch"
			switch {
			case failure{codes: []codes.ID{{Domain: m.Domain, Number: m.Number}}}.calledOff():
				want = "wifi-missing"
			case len(m.Checks) > 0:
				want = m.Checks[0]
			}
			d := Diagnose(s, Run(s, All()))
			i := slices.IndexFunc(d.Causes, func(c Cause) bool { return c.Check.ID == want })
			if d.Verdict != Failing || i < 0 || d.Causes[i].Status != Problem {
				t.Fatalf("verdict %s with %d causes, none of them a problem of %s", d.Verdict, len(d.Causes), want)
			}
			quoted := slices.ContainsFunc(d.Causes[i].Evidence, func(e Evidence) bool { return e.Value == "“the line of the log”" })
			if !quoted {
				t.Error("the line of the log is not among the evidence")
			}
		})
	}
}

func TestWhatALogTells(t *testing.T) {
	page := func(change func(*device.BackupPage)) func(*device.Attempt) {
		return func(a *device.Attempt) { change(&a.Page) }
	}
	for _, test := range []struct {
		name    string
		check   *Check
		s       device.Snapshot
		status  Status
		summary string // a part of it
	}{
		{
			"a failure beats a backup that is still fresh", icloudStorageFull,
			well(lastBackedUp(time.Hour), heard(time.Minute, device.AttemptFailed, with(behind("MBErrorDomain", 303), behind("CKErrorDomain", 25)))),
			Problem, "failed with MBErrorDomain/303, CKErrorDomain/25",
		},
		{
			"a backup that completed since beats the failure", icloudStorageFull,
			well(lastBackedUp(0), heard(time.Minute, device.AttemptFailed, with(behind("MBErrorDomain", 303)))),
			OK, "so there was room",
		},
		{
			"an old log is a warning", icloudStorageFull,
			well(detached, heard(20*aDay, device.AttemptFailed, with(behind("MBErrorDomain", 303)))),
			Warning, "20 days ago",
		},
		{
			"a code that is hidden", transientGlitch,
			well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptFailed)),
			Problem, "an error whose code is hidden",
		},
		{
			"a code of which nothing is known", transientGlitch,
			well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptFailed, with(behind("com.apple.unheard", 7)))),
			Problem, "com.apple.unheard/7",
		},
		{
			"called off for lack of power", autoNotCharging,
			well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptFailed, with(behind("MBErrorDomain", 202)), seeing(thePower))),
			Problem, "backupd had just lost power",
		},
		{
			"called off, and nothing was lost", wifiMissing,
			well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptFailed, with(behind("MBErrorDomain", 202)), seeing())),
			Ask, "does not say which condition was lost",
		},
		{
			"silence is no data", transientGlitch,
			well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptUnseen, func(a *device.Attempt) { a.Lines = nil })),
			Ask, "",
		},
		{
			"the scheduler sees no Wi-Fi", wifiMissing,
			well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptUnseen, seeing(theWiFi))),
			Warning, "backupd sees no Wi-Fi",
		},
		{
			"the page says that a policy forbids it", mdmDisallowsBackup,
			well(switchedOff, heard(time.Minute, device.AttemptUnseen, page(func(p *device.BackupPage) { p.PolicyForbids = device.Known(true) }))),
			Problem, "policy of management",
		},
		{
			"the page shows a restore", restoreInProgress,
			well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptUnseen, page(func(p *device.BackupPage) { p.RestoreRunning = device.Known(true) }))),
			Problem, "still running",
		},
		{
			"the page is a demonstration", storeDemoMode,
			well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptUnseen, page(func(p *device.BackupPage) { p.DemoMode = device.Known(true) }))),
			Problem, "demo unit",
		},
		{
			"the page shows a grey button", backupNowGreyed,
			well(lastBackedUp(3*aDay), heard(time.Minute, device.AttemptUnseen, page(func(p *device.BackupPage) { p.ButtonEnabled = device.Known(false) }))),
			Warning, "grey",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := findingFor(t, test.s, test.check)
			if f.Status != test.status || !strings.Contains(f.Summary, test.summary) {
				t.Errorf("%s: %q, want %s with %q", f.Status, f.Summary, test.status, test.summary)
			}
		})
	}
}

// An attempt recorded by the device and also seen in a log counts once.
func TestAnAttemptIsCountedOnce(t *testing.T) {
	s := well(lastBackedUp(5*aDay),
		heard(time.Hour, device.AttemptFailed, with(behind("MBErrorDomain", 303))),
		recorded(0, failed(time.Hour+20*time.Second, 303), failed(2*aDay, 300)))
	var got []string
	list, r := failures(s)
	for _, f := range list {
		got = append(got, fmt.Sprintf("%s from %s", f, f.from.Source))
	}
	if want := []string{"MBErrorDomain/303 from log", "MBErrorDomain/300 from backup"}; !slices.Equal(got, want) || r.Source != logSource {
		t.Errorf("got %q, the newest from %q; want %q", got, r.Source, want)
	}
}

// A device with nothing but a log has been examined, and its headline is what the log shows.
func TestALogAloneIsAnExamination(t *testing.T) {
	var s device.Snapshot
	s.TakenAt = takenAt
	heard(time.Hour, device.AttemptFailed, with(behind("MBErrorDomain", 303)))(&s)
	s.Attempts[0].Source = "file"
	d := Diagnose(s, Run(s, All()))
	if d.Verdict != Failing || !strings.Contains(d.Headline, "error 303") {
		t.Errorf("%s: %q", d.Verdict, d.Headline)
	}
	s.Attempts[0] = device.Attempt{Source: "file", Outcome: device.AttemptUnseen}
	if d := Diagnose(s, Run(s, All())); d.Verdict != NotExamined {
		t.Errorf("a silent log is %s: %q", d.Verdict, d.Headline)
	}
}
