package checks

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/checks/codes"
)

// healthyRank puts the false alarm before all other healthy findings.
func healthyRank(f Finding) int {
	if f.Check == falseAlarm {
		return 0
	}
	return 1
}

// causes folds each symptom into its root problem and orders the roots: what kept the device
// from being examined, then problems and releases known to break backups, then warnings. Within
// each group, a date, which says only that no backup completed, comes last; otherwise stronger
// evidence comes first, and for equal evidence what blocks comes before what may block. Beyond
// that the order of the findings is kept. A root that explains another comes before it, even a
// warning before a problem.
func causes(unwell []Finding) []Cause {
	slices.SortStableFunc(unwell, func(a, b Finding) int { return slices.Compare(rank(a), rank(b)) })
	var found []Finding
	for _, f := range unwell {
		if root(f, unwell) == f.Check {
			found = append(found, f)
		}
	}
	var roots []Cause
	index := map[*Check]int{} // index of the first root of each check
	for _, f := range explainedLast(found) {
		if _, has := index[f.Check]; !has {
			index[f.Check] = len(roots)
		}
		roots = append(roots, Cause{Finding: f})
	}
	for _, f := range unwell {
		if root := root(f, unwell); root != f.Check {
			cause := &roots[index[root]]
			cause.Symptoms = append(cause.Symptoms, f)
		}
	}
	return roots
}

// explainedLast moves each finding that explains others to just before the first of them, and
// otherwise keeps the order.
func explainedLast(findings []Finding) []Finding {
	ordered := make([]Finding, 0, len(findings))
	visited := make([]bool, len(findings)) // also breaks cycles of explanations
	var add func(i int)
	add = func(i int) {
		if visited[i] {
			return
		}
		visited[i] = true
		for j, other := range findings {
			if slices.Contains(other.Check.Explains, findings[i].Check.ID) {
				add(j)
			}
		}
		ordered = append(ordered, findings[i])
	}
	for i := range findings {
		add(i)
	}
	return ordered
}

// rank returns a finding's sort key among the causes.
func rank(f Finding) []int {
	examined, severity, symptom, effect := 1, 1, 0, 2
	if f.Check == notTrusted || f.Check == usbmuxdTrouble {
		examined = 0
	}
	if f.Status == Problem || f.Check == iosRegression {
		severity = 0
	}
	switch f.Check {
	case neverBackedUp, backupStale, backupExpired180Days:
		symptom = 1
	}
	switch f.Check.Effect {
	case Blocks:
		effect = 0
	case MayBlock:
		effect = 1
	}
	return []int{examined, severity, symptom, slices.Index(strengths, f.strength()), effect}
}

// strengths lists the strengths of evidence, strongest first.
var strengths = []codes.Strength{codes.States, codes.PointsTo, codes.MayBe}

// strength returns how strongly the evidence of an unhealthy finding leads to its cause. A
// problem that was read, counted or answered is stated; a warning of a check that a person must
// settle is a hint.
func (f Finding) strength() codes.Strength {
	switch {
	case f.Strength != "":
		return f.Strength
	case f.Status == Problem, f.Check == iosRegression:
		return codes.States
	case f.Check.Ask != "":
		return codes.MayBe
	default:
		return codes.PointsTo
	}
}

// root follows a finding to the problem that explains it, then to what explains that, and so
// on; it returns the finding's own check if nothing does. The seen checks break a cycle, which
// the tests do not allow in All.
func root(f Finding, unwell []Finding) *Check {
	check := f.Check
	seen := []*Check{check}
	for {
		i := slices.IndexFunc(unwell, func(g Finding) bool {
			return g.Status == Problem && slices.Contains(g.Check.Explains, check.ID)
		})
		if i < 0 {
			return check
		}
		if slices.Contains(seen, unwell[i].Check) {
			return f.Check
		}
		check = unwell[i].Check
		seen = append(seen, check)
	}
}
