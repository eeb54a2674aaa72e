package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
)

// weigh combines all sources for the same cause: a check's judgement of the device and its
// records, a log that was followed, this computer's view of the network, and a person's
// answers.
func weigh(s device.Snapshot, check *Check, judged []Finding) []Finding {
	judged = failedOnRecord(s, check, overhear(s, check, judged))
	for _, source := range []func(device.Snapshot, *Check) (Finding, bool){seenFromHere, fromAnswers} {
		if heard, ok := source(s, check); ok {
			judged = settle(s, judged, heard)
		}
	}
	return judged
}

// settle weighs a judgement against another source. An open question or an unread fact gives
// way to an answer; what is only a pointer, or could not be seen, prefaces a question. If both
// agree, each is evidence for the other. If they contradict each other, outweighs decides which
// one is kept, and the other is shown with it.
func settle(s device.Snapshot, judged []Finding, heard Finding) []Finding {
	first := judged[0]
	open := first.Status == Ask || first.Status == Unknown
	switch {
	case first.Status == Ask && (heard.Status == Ask || heard.Status == Unknown):
		return preface(heard.Summary, heard.Evidence, judged)
	case heard.Status == Ask && open:
		return []Finding{heard}
	case heard.Status == Ask, heard.Status == Unknown:
		return judged
	case open:
		heard.Evidence = slices.Concat(heard.Evidence, first.Evidence)
		return []Finding{heard}
	case (first.Status == OK) == (heard.Status == OK):
		judged = slices.Clone(judged)
		judged[0].Evidence = slices.Concat(first.Evidence, heard.Evidence)
		return judged
	case outweighs(heard, first):
		return []Finding{against(s, heard, first)}
	default:
		return []Finding{against(s, first, heard)}
	}
}

// outweighs decides between findings that contradict each other. Fresh beats old; at the same
// age a direct statement, healthy or not, beats a hint, which is what a warning is; and between
// equals what was read beats what a person said.
func outweighs(heard, read Finding) bool {
	if later := newestOf(heard.Evidence).Sub(newestOf(read.Evidence)); later.Abs() > freshFor {
		return later > 0
	}
	return read.Status == Warning && heard.Status != Warning
}

// newestOf returns the time of the newest evidence.
func newestOf(evidence []Evidence) time.Time {
	var at time.Time
	for _, e := range evidence {
		if e.AsOf.After(at) {
			at = e.AsOf
		}
	}
	return at
}

// against adds to a finding the finding that contradicts it.
func against(s device.Snapshot, kept, dropped Finding) Finding {
	kept.Summary = fmt.Sprintf("%s; contradicted %s by: %s", clause(kept.Summary), ago(s, newestOf(dropped.Evidence)), dropped.Summary)
	kept.Contradicted = contradict(kept, dropped)
	kept.Evidence = slices.Clone(kept.Evidence)
	for _, e := range dropped.Evidence {
		e.Key = againstKey + e.Key
		kept.Evidence = append(kept.Evidence, e)
	}
	return kept
}

// ago formats a time relative to the snapshot: "just now", "7 hours ago", "3 days ago". A later
// time, from a wrong clock or a later answer, is just now.
func ago(s device.Snapshot, at time.Time) string {
	if at.After(s.TakenAt) {
		at = s.TakenAt
	}
	return words.Ago(at, s.TakenAt)
}
