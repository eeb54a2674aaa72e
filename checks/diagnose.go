package checks

import (
	"cmp"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// Diagnose combines the findings for one device: the verdict, root causes first with their
// symptoms folded into them, and one plan for all of them.
//
// A false alarm is not a cause and does not affect the verdict: it is the first healthy
// finding, and the headline mentions it unless a problem was found.
func Diagnose(s device.Snapshot, findings []Finding, silenced ...Silenced) Diagnosis {
	var d Diagnosis
	var unwell []Finding
	for _, f := range findings {
		switch f.Status {
		case Problem, Warning:
			unwell = append(unwell, f)
		case Unknown:
			d.Unread = append(d.Unread, f)
		case Ask:
			d.Questions = append(d.Questions, f)
		case OK:
			d.Healthy = append(d.Healthy, f)
		}
	}
	slices.SortStableFunc(d.Healthy, func(a, b Finding) int {
		return cmp.Compare(healthyRank(a), healthyRank(b))
	})
	d.Causes = causes(unwell)
	d.Plan = plan(withoutTried(s, d.Causes, d.Healthy), s)
	d.Proof = Prove(s)
	d.Verdict, d.Gap = verdict(s, d.Causes)
	if d.Verdict == NoCauseFound && d.Gap.Reason == "" {
		switch {
		case expects(s) == device.ExpectComputer:
			if allShown(d.Proof) {
				d.Verdict = BackedUp
			}
		case len(silenced) > 0:
			d.Verdict = Suppressed
		case allShown(d.Proof):
			d.Verdict = BackedUp
		case expects(s) == device.ExpectNone:
			d.Verdict = Suppressed
		}
	}
	d.Headline = headline(s, d) + unknownMessage(s) + contradictions(d)
	d.Next = next(s, d)
	return d
}
