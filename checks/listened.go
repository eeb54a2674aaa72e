package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// A log that was followed during a backup attempt is the most direct source: backupd's own
// words about an attempt just observed. What it shows is stored in Snapshot.Attempts and
// reaches the checks in two ways: its failures count as failed attempts (see failures), and
// overhear passes it to each check concerned.

// logSource is the Source of records from a log.
const logSource = "log"

// logRecord converts an attempt to a record.
func logRecord(s device.Snapshot, a device.Attempt) record {
	at, err := a.Until.Get()
	if err != nil {
		at = s.TakenAt
	}
	return record{device.History{Source: logSource, Origin: a.Source}, at, s.TakenAt.Sub(at)}
}

// logName names where a log was read, for evidence.
func logName(source string) string {
	if source == "file" {
		return "a saved log"
	}
	return "the device's log (" + device.Token(source) + ")"
}

// heardFailures returns the failed attempts in logs since the last good backup, including those
// called off. An attempt with an unknown date may be older.
func heardFailures(s device.Snapshot) []failure {
	var list []failure
	for _, a := range s.Attempts {
		at, err := a.Until.Get()
		if a.Outcome != device.AttemptFailed || err != nil || !at.After(lastGood(s)) {
			continue
		}
		list = append(list, ofLog(s, a))
	}
	return list
}

// ofLog converts an attempt from a log to a failure.
func ofLog(s device.Snapshot, a device.Attempt) failure {
	r := logRecord(s, a)
	return failure{at: r.asOf, from: r, lost: a.CalledOff, keys: a.KeysLacked, died: a.Died}.behind(a.Causes)
}

// listenedTo reports whether the device's log said anything about iCloud Backup.
func listenedTo(s device.Snapshot) bool {
	return slices.ContainsFunc(s.Attempts, func(a device.Attempt) bool { return len(a.Lines) > 0 || a.Outcome == device.AttemptSucceeded })
}

// overhear adds to a judgement what the newest log says about the same cause. The log overrides
// it because it is backupd's own; the previous judgement is kept as evidence. The log is
// ignored if an iCloud backup has completed since.
func overhear(s device.Snapshot, check *Check, judged []Finding) []Finding {
	if len(s.Attempts) == 0 {
		return judged
	}
	a := s.Attempts[0]
	if at, err := a.Until.Get(); err == nil && !at.After(lastGood(s)) {
		return judged
	}
	heard, ok := heardOf(s, a, check)
	switch {
	case !ok:
		return judged
	case heard.Status == Ask && judged[0].Status == Ask:
		return preface(heard.Summary, heard.Evidence, judged)
	case heard.Status == Ask:
		return judged
	case judged[0].Status == Problem || heard.Status == Warning && judged[0].Status == Warning:
		judged = slices.Clone(judged)
		judged[0].Evidence = slices.Concat(judged[0].Evidence, heard.Evidence)
		return judged
	default:
		heard.Evidence = slices.Concat(heard.Evidence, judged[0].Evidence)
		return []Finding{heard}
	}
}

// heardOf returns what a log says about a check's cause; ok is false if nothing.
func heardOf(s device.Snapshot, a device.Attempt, check *Check) (f Finding, ok bool) {
	if a.Outcome == device.AttemptFailed {
		if f, ok = heardFailing(s, a, check); ok {
			return f, true
		}
	}
	if check.ID == appCannotBeBackedUp.ID {
		return namedApp(s, a)
	}
	for _, tell := range tells {
		if tell.check != check.ID {
			continue
		}
		if said, err := tell.fact(a).Get(); err == nil && said == tell.unwell {
			return heardSaying(s, a, tell.status, tell.summary), true
		}
	}
	return Finding{}, false
}

// heardFailing returns a finding for a failure that points to a check. An attempt that was
// called off points to the condition that backupd had lost when it ended.
func heardFailing(s device.Snapshot, a device.Attempt, check *Check) (Finding, bool) {
	f := ofLog(s, a)
	if f.isCancellation() {
		return heardCalledOff(s, a, f, check)
	}
	if !f.blames(check.ID) {
		return Finding{}, false
	}
	summary := fmt.Sprintf("The attempt at an iCloud backup that was seen in the log, on %s, failed with %s: %s", moment(f.at), f, f.observed())
	found := heardSaying(s, a, Problem, summary)
	found.Evidence = append(f.meanings(), found.Evidence...)
	return found, true
}

// heardCalledOff returns a finding for an attempt that was called off.
func heardCalledOff(s device.Snapshot, a device.Attempt, f failure, check *Check) (Finding, bool) {
	if by := f.lostCondition(); by != "" {
		if by != check.ID {
			return Finding{}, false
		}
		return heardSaying(s, a, Problem, fmt.Sprintf("The attempt at an iCloud backup that was seen in the log, on %s, was called off (%s), and backupd had just lost %s", moment(f.at), f, conditionNames[by])), true
	}
	conditions, _ := a.Conditions.Get() // all unknown if the log has none
	lost := false
	for _, c := range nightly {
		held, err := c.held(conditions).Get()
		if err != nil || held {
			continue
		}
		lost = true
		if c.check == check.ID {
			return heardSaying(s, a, Problem, fmt.Sprintf("The attempt at an iCloud backup that was seen in the log, on %s, was called off (%s), and backupd had just lost %s", moment(f.at), f, c.name)), true
		}
	}
	if lost || check.ID != wifiMissing.ID {
		return Finding{}, false
	}
	return heardSaying(s, a, Ask, fmt.Sprintf("The attempt at an iCloud backup that was seen in the log, on %s, was called off (%s), and the log does not say which condition was lost", moment(f.at), f)), true
}

// conditionNames are the conditions that a cancellation can name, by check.
var conditionNames = map[string]string{
	"wifi-missing":      "Wi-Fi",
	"auto-not-charging": "power",
	"auto-not-locked":   "the lock of the screen",
}

// nightly lists the conditions whose loss can call off a backup. The lock is left out: watching
// a backup requires unlocking the device, and Back Up Now does not require a locked device.
var nightly = []struct {
	check string
	name  string
	held  func(device.Conditions) device.Fact[bool]
}{
	{wifiMissing.ID, "Wi-Fi", func(c device.Conditions) device.Fact[bool] { return c.OnWiFi }},
	{autoNotCharging.ID, "power", func(c device.Conditions) device.Fact[bool] { return c.OnPower }},
}

// tells lists what a log can say about a cause even without an attempt: the scheduler's
// conditions, and what the iCloud Backup page shows.
var tells = []struct {
	check   string
	fact    func(device.Attempt) device.Fact[bool]
	unwell  bool // the unhealthy value
	status  Status
	summary string
}{
	{mdmDisallowsBackup.ID, func(a device.Attempt) device.Fact[bool] { return a.PolicyForbids }, true, Problem, "By the log of backupd, a policy of management forbids iCloud Backup"},
	{mdmDisallowsBackup.ID, func(a device.Attempt) device.Fact[bool] { return a.Page.PolicyForbids }, true, Problem, "By its log, the iCloud Backup page is kept off by a policy of management"},
	{storeDemoMode.ID, func(a device.Attempt) device.Fact[bool] { return a.Page.DemoMode }, true, Problem, "By its log, the iCloud Backup page is that of a demo unit"},
	{restoreInProgress.ID, func(a device.Attempt) device.Fact[bool] { return a.Page.RestoreRunning }, true, Problem, "By its log, the iCloud Backup page shows a restore that is still running"},
	{backupNowGreyed.ID, func(a device.Attempt) device.Fact[bool] { return a.Page.ButtonEnabled }, false, Warning, "By its log, the iCloud Backup page shows Back Up Now grey"},
	{wifiMissing.ID, func(a device.Attempt) device.Fact[bool] { return a.Page.NetworkSuits }, false, Problem, "By its log, the iCloud Backup page finds no network that backups may use"},
	{wifiMissing.ID, func(a device.Attempt) device.Fact[bool] { return conditionsOf(a).OnWiFi }, false, Warning, "By its log, backupd sees no Wi-Fi"},
	{backupTurnedOff.ID, func(a device.Attempt) device.Fact[bool] { return conditionsOf(a).Enabled }, false, Warning, "By its log, backupd treats iCloud Backup as switched off"},
}

func conditionsOf(a device.Attempt) device.Conditions {
	c, _ := a.Conditions.Get() // all unknown if the log has none
	return c
}

// heardSaying returns a finding based on a log, quoting its lines. An old log proves nothing
// about the present.
func heardSaying(s device.Snapshot, a device.Attempt, status Status, summary string) Finding {
	r := logRecord(s, a)
	if r.old() {
		summary += r.when()
		if status == Problem {
			status = Warning
		}
	}
	return Finding{Status: status, Summary: summary + ".", Evidence: logLines(a)}
}

// maxQuoted is how many lines of a log are quoted as evidence.
const maxQuoted = 4

// logLines quotes the lines of a log around the end of an attempt, or its last lines.
func logLines(a device.Attempt) []Evidence {
	lines := a.Lines
	if until, err := a.Until.Get(); err == nil && a.Outcome == device.AttemptFailed {
		after := slices.IndexFunc(lines, func(l device.LogLine) bool { return l.At.After(until.Add(time.Second)) })
		if after > 0 {
			lines = lines[:after]
		}
	}
	var evidence []Evidence
	for _, line := range lines[max(0, len(lines)-maxQuoted):] {
		evidence = append(evidence, Evidence{Key: "Log of " + device.Token(line.Process), Value: device.Quoted(line.Text), Source: logName(a.Source), AsOf: line.At})
	}
	return evidence
}

// meanings explains the codes of a failure, as far as they are known.
func (f failure) meanings() []Evidence {
	var evidence []Evidence
	for _, code := range f.codes {
		if m, _ := codes.Find(code); m.InICloud != "" {
			evidence = append(evidence, Evidence{Key: "What " + m.Title() + " means", Value: m.InICloud, Source: "the table of codes", AsOf: f.at})
		}
	}
	return evidence
}
