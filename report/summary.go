package report

import (
	"cmp"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

func summarise(r Report) Summary {
	s := Summary{Devices: len(r.Devices), Causes: []CauseCount{}}
	for _, d := range r.All() {
		*s.of(checks.Verdict(d.Verdict))++
		if d.Incomplete {
			s.Incomplete++
		}
		if NeedsAttention(d) {
			s.NeedAttention++
		}
		if d.Retried != "" {
			s.Retried++
		}
		s.SuppressedFindings += len(d.Suppressed)
		s.Backups.add(d.Backups)
		if d.Copy != nil {
			if s.Copies == nil {
				s.Copies = &CopyCounts{}
			}
			s.Copies.add(d.Copy.Verdict)
		}
		for _, cause := range CausesOf(d) {
			s.Causes = count(s.Causes, cause)
		}
	}
	slices.SortStableFunc(s.Causes, func(a, b CauseCount) int {
		return cmp.Or(severity(b.Status)-severity(a.Status), b.Devices-a.Devices)
	})
	return s
}

// CausesOf returns the problems and warnings of a device that nothing else explains, one per
// check even if it found several subjects.
func CausesOf(d Device) []Finding {
	var causes []Finding
	for _, f := range d.Findings {
		known := slices.ContainsFunc(causes, func(other Finding) bool { return other.Check == f.Check })
		if IsCause(f) && !known {
			causes = append(causes, f)
		}
	}
	return causes
}

// IsCause reports whether a finding is a root cause: read, unhealthy and unexplained.
func IsCause(f Finding) bool {
	status := checks.Status(f.Status)
	return f.ExplainedBy == "" && (status == checks.Problem || status == checks.Warning)
}

// count adds the cause of one device to the counts.
func count(causes []CauseCount, f Finding) []CauseCount {
	for i := range causes {
		if causes[i].Check != f.Check {
			continue
		}
		causes[i].Devices++
		if severity(f.Status) > severity(causes[i].Status) {
			causes[i].Status = f.Status
			causes[i].Short = ShortFor(f.Check, f.Status)
		}
		return causes
	}
	return append(causes, CauseCount{Check: f.Check, Short: ShortFor(f.Check, f.Status), Title: f.Title, Status: f.Status, Devices: 1})
}

// ShortOf returns the fault that a check looks for, in a few words, or the id of an unknown
// check.
func ShortOf(id string) string {
	if check, known := checks.Find(id); known {
		return check.Short
	}
	return device.Token(id)
}

// ShortFor is like ShortOf for a cause with the given status. A hint is labelled as one.
func ShortFor(id, status string) string {
	if IsHint(id, status) {
		return "may be: " + ShortOf(id)
	}
	return ShortOf(id)
}

// IsHint reports whether a cause is a hint: a warning of a check that only a person can
// confirm.
func IsHint(id, status string) bool {
	check, known := checks.Find(id)
	return known && check.Ask != "" && checks.Status(status) == checks.Warning
}

// severity ranks a problem above a warning.
func severity(status string) int {
	if checks.Status(status) == checks.Problem {
		return 1
	}
	return 0
}
