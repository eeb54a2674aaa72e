package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

const shutdownsSource = "sysdiagnose system_logs.logarchive/Extra/shutdown*.log"

// A restart is the newest orderly shutdown recorded in a sysdiagnose, with the attempts that
// failed before and after it. A forced restart leaves no record.
type restart struct {
	record
	at     time.Time
	before []failure // attempts that failed before it, newest first
	since  []failure // attempts that failed after it, newest first
}

// lastRestart returns the newest shutdown on record; known is false if there is none.
func lastRestart(s device.Snapshot) (last restart, known bool) {
	times, r, known := recall(s, func(h device.History) device.Fact[[]time.Time] { return h.Shutdowns })
	at := slices.IndexFunc(times, r.mayKnow) // newest first
	if !known || at < 0 {
		return restart{}, false
	}
	last = restart{record: r, at: times[at]}
	list, _ := failures(s)
	for _, f := range list {
		if f.at.After(last.at) {
			last.since = append(last.since, f)
		} else {
			last.before = append(last.before, f)
		}
	}
	return last, true
}

// didNotHelp reports whether attempts failed both before and after the restart.
func (l restart) didNotHelp() bool { return len(l.before) > 0 && len(l.since) > 0 }

func (l restart) evidence() Evidence {
	return l.read("Last shutdown on record", moment(l.at), "", shutdownsSource)
}

// judgeRestart reports what a recorded restart says about a passing fault, if nothing else
// does.
func judgeRestart(s device.Snapshot, otherwise []Finding) []Finding {
	last, known := lastRestart(s)
	switch {
	case !known || len(last.before)+len(last.since) == 0:
		return otherwise
	case last.didNotHelp():
		evidence := append([]Evidence{last.evidence()}, failureEvidence([]failure{last.since[0], last.before[0]})...)
		return last.answer(ok(fmt.Sprintf("The device was shut down on %s, after an attempt had failed, and an attempt failed again on %s: this is not a fault that a restart clears.",
			day(last.at), day(last.since[0].at)), evidence...), otherwise)
	case len(last.before) > 0:
		return preface(fmt.Sprintf("The device was shut down on %s, after an attempt had failed; whether one failed since is not on record%s.", day(last.at), last.when()),
			[]Evidence{last.evidence()}, otherwise)
	default:
		return preface(fmt.Sprintf("The last shutdown on record, on %s, was before the attempts failed%s. A forced restart is not on record.", day(last.at), last.when()),
			[]Evidence{last.evidence()}, otherwise)
	}
}
