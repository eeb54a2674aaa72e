package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// A trace is one sign that an attempt at an iCloud backup failed, or began and never ended,
// with no known completion since.
type trace struct {
	at       time.Time // zero if unknown
	cause    string    // ID of the check that it points to; "" if none
	text     string    // a description, as a clause: "an attempt failed with MBErrorDomain/303"
	evidence []Evidence
}

// traces returns all signs of failed and unfinished attempts since the last good backup, newest
// first: from every record and log, whatever the code, including attempts that were called off.
// A sign without a credible date comes last, if its record is newer than that backup.
func traces(s device.Snapshot) []trace {
	var list []trace
	for _, r := range records(s) {
		list = append(list, recordTraces(s, r)...)
	}
	for i := range s.Attempts {
		if t, ok := logTrace(s, i); ok {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(a, b trace) int { return b.at.Compare(a.at) })
	return list
}

// recordTraces returns the traces of one record.
func recordTraces(s device.Snapshot, r record) []trace {
	var list []trace
	last := lastGood(s)
	add := func(at time.Time, f failure) {
		latest := at
		if !r.mayKnow(at) || at.IsZero() {
			at, latest = time.Time{}, r.asOf
		}
		if latest.After(last) {
			f.at, f.from = at, r
			list = append(list, f.trace("an attempt failed with "+f.String(), failureEvidence([]failure{f})...))
		}
	}
	results, _ := r.CloudBackup.Results.Get() // none if unknown
	for _, result := range results {
		if result.Code != 0 {
			at, _ := result.At.Get() // zero if unknown
			add(at, noted(result))
		}
	}
	windows, _ := r.Schedule.Windows.Get() // none if unknown
	for _, w := range windows {
		if cause, err := w.Error.Get(); err == nil && cause.Code != 0 {
			add(end(w), noted(device.PastAttempt{Domain: cause.Domain, Code: cause.Code}))
		}
	}
	if !r.asOf.After(last) {
		return list
	}
	for _, counter := range []struct {
		fact  device.Fact[uint64]
		key   string
		cause string
		text  string
	}{
		{r.Schedule.FailureCount, "FailureCount", "", "the device has counted %s"},
		{r.Schedule.MissingKeyFailures, "MissingEncryptionKeyFailureCount", needsUnlockForKeys.ID, "the device has counted %s for lack of encryption keys"},
	} {
		if n, err := counter.fact.Get(); err == nil && n > 0 {
			failed := count(int(min(n, 1_000_000)), "failed attempt")
			list = append(list, trace{
				at: r.asOf, cause: counter.cause, text: fmt.Sprintf(counter.text, failed),
				evidence: []Evidence{r.read("Failed attempts that were counted", fmt.Sprint(n), "0", backupPlist+" / "+counter.key)},
			})
		}
	}
	return list
}

// logTrace returns the trace of an attempt in a log. An attempt still in progress when the log
// was no longer followed may be going well.
func logTrace(s device.Snapshot, i int) (t trace, ok bool) {
	a := s.Attempts[i]
	at, err := a.Until.Get()
	if err == nil && !at.After(lastGood(s)) {
		return trace{}, false
	}
	counted, _ := a.FailureCount.Get() // 0 if unknown
	f := ofLog(s, a)
	text := ""
	switch {
	case a.Outcome == device.AttemptSucceeded:
		return trace{}, false
	case a.Outcome == device.AttemptFailed && a.Died:
		text = "backupd crashed during an attempt"
	case a.Outcome == device.AttemptFailed:
		text = "an attempt failed with " + f.String()
	case a.Outcome == device.AttemptUnended && (a.Source == "file" || i > 0):
		text = "an attempt began and its end is not in the log"
	case len(a.Page.ErrorOnPage) > 0:
		f.codes = nil
		f = f.behind(a.Page.ErrorOnPage)
		text = "the iCloud Backup page shows the error of the last attempt, " + f.String()
	case counted > 0:
		text = "backupd has counted " + count(int(min(counted, 1_000_000)), "failed attempt")
	default:
		return trace{}, false
	}
	if err != nil {
		f.at = time.Time{}
	}
	return f.trace(text, logLines(a)...), true
}

// trace converts a failure to a trace.
func (f failure) trace(text string, evidence ...Evidence) trace {
	return trace{at: f.at, cause: f.cause(), text: text, evidence: evidence}
}

// maxTraces is how many traces are shown as evidence.
const maxTraces = 5

// traceEvidence returns the newest traces as evidence.
func traceEvidence(list []trace) []Evidence {
	var evidence []Evidence
	for _, t := range list[:min(len(list), maxTraces)] {
		evidence = append(evidence, t.evidence...)
	}
	return evidence
}

// leaveNoneUnexplained replaces the finding of transient-glitch with a warning if failed
// attempts are on record and no finding explains them: whatever the code, a device whose
// attempts fail is at risk.
func leaveNoneUnexplained(s device.Snapshot, findings []Finding) []Finding {
	at := slices.IndexFunc(findings, func(f Finding) bool { return f.Check == transientGlitch })
	if at < 0 {
		return findings
	}
	list := traces(s)
	if len(list) == 0 || slices.ContainsFunc(findings, func(f Finding) bool { return explains(f, list) }) {
		return findings
	}
	summary, since := strings.ToUpper(list[0].text[:1])+list[0].text[1:], "no good iCloud backup is known since"
	if list[0].at.IsZero() {
		summary, since = summary+", on an unknown date", "whether a good iCloud backup was made since is unknown"
	} else {
		summary += ", on " + day(list[0].at)
	}
	if len(list) > 1 {
		summary += ", and there are " + count(len(list)-1, "more sign") + " of failed attempts"
	}
	f := warning(summary + "; " + since + ".")[0]
	f.Evidence = append(traceEvidence(list), findings[at].Evidence...)
	findings = slices.Clone(findings)
	findings[at] = complete(f, transientGlitch, s.Device)
	return findings
}

// explains reports whether a finding gives a cause for failed attempts: one that they point to,
// or one that keeps every backup from completing.
func explains(f Finding, list []trace) bool {
	if f.Status != Problem && f.Status != Warning {
		return false
	}
	return f.Status == Problem && f.Check.Effect == Blocks && f.Check != backupStale && f.Check != neverBackedUp ||
		f.Status == Problem && f.Check == transientGlitch ||
		slices.ContainsFunc(list, func(t trace) bool { return t.cause == f.Check.ID })
}
