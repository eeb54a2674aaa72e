package report

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
)

// StatusSuppressed is the status of a finding that was suppressed.
const StatusSuppressed = "suppressed"

// A CauseTracker holds the latest reading of each check across the visits of a device. A check
// that could not be read, or was not run, leaves it unchanged.
type CauseTracker map[string]trackedCheck

// A trackedCheck is the latest reading of one check.
type trackedCheck struct {
	well   bool
	status string    // set unless well
	since  time.Time // when it was first found with this status
}

// Compare adds the findings of the next visit. It returns the current causes, one per check,
// and the causes that are gone.
func (t CauseTracker) Compare(at time.Time, findings []VisitFinding) (causes, gone []PastCause) {
	causes, gone = []PastCause{}, []PastCause{}
	done := map[string]bool{}
	for _, f := range findings {
		before, known := t[f.Check]
		switch f.Status {
		case string(checks.OK):
			if known && !before.well && !done[f.Check] {
				gone = append(gone, PastCause{Check: f.Check, Status: before.status, Since: before.since})
			}
			if !done[f.Check] {
				t[f.Check] = trackedCheck{well: true, since: at}
			}
		case string(checks.Problem), string(checks.Warning), StatusSuppressed:
			if done[f.Check] {
				continue
			}
			now := trackedCheck{status: f.Status, since: at}
			if known && !before.well {
				now.since = before.since
			}
			t[f.Check] = now
			if f.ExplainedBy == "" && f.Status != StatusSuppressed {
				causes = append(causes, PastCause{Check: f.Check, Status: f.Status, Since: now.since, Came: known && before.well})
			}
		default:
			continue
		}
		done[f.Check] = true
	}
	return causes, gone
}
