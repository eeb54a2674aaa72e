package suppressions

import (
	"path"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// Apply splits the findings for a device into those that are kept and those that are silenced,
// as of the day on which the device was examined. Only problems and warnings are silenced. What
// a silenced problem explains is silenced with it, unless another finding explains it too:
// otherwise its symptoms would appear as causes.
func (l List) Apply(s device.Snapshot, findings []checks.Finding) (kept []checks.Finding, silenced []checks.Silenced) {
	for _, f := range findings {
		if e, silent := l.entry(s, f); silent {
			silenced = append(silenced, checks.Silenced{Finding: f, Because: e.Reason, Until: e.end()})
			continue
		}
		kept = append(kept, f)
	}
	for i := 0; i < len(silenced); i++ { // grows as symptoms are found
		if silenced[i].Status != checks.Problem {
			continue
		}
		for _, cause := range checks.Diagnose(s, kept).Causes {
			if !slices.Contains(silenced[i].Check.Explains, cause.Check.ID) {
				continue
			}
			kept = slices.DeleteFunc(kept, func(f checks.Finding) bool {
				return f.Check == cause.Check && f.Subject == cause.Subject && unwell(f)
			})
			silenced = append(silenced, checks.Silenced{Finding: cause.Finding, Because: silenced[i].Because, Until: silenced[i].Until})
		}
	}
	return kept, silenced
}

func unwell(f checks.Finding) bool { return f.Status == checks.Problem || f.Status == checks.Warning }

// entry returns the first entry that silences a finding for a device.
func (l List) entry(s device.Snapshot, f checks.Finding) (Entry, bool) {
	if !unwell(f) {
		return Entry{}, false
	}
	for _, e := range l.entries {
		if e.ID == f.Check.ID && !e.expired(s.TakenAt) && e.isAbout(s) {
			return e, true
		}
	}
	return Entry{}, false
}

// isAbout reports whether an entry applies to a device.
func (e Entry) isAbout(s device.Snapshot) bool {
	if len(e.Devices) == 0 {
		return true
	}
	for _, name := range namesOf(s) {
		for _, pattern := range e.Devices {
			if match, err := path.Match(pattern, name); err == nil && match {
				return true
			}
			if device.SameUDID(pattern, s.Device.UDID) {
				return true
			}
		}
	}
	return false
}

// namesOf returns all names a device is known by.
func namesOf(s device.Snapshot) []string {
	names := []string{s.Device.UDID}
	for _, fact := range []device.Fact[string]{s.Device.Serial, s.Device.Name} {
		if text, err := fact.Get(); err == nil {
			names = append(names, text)
		}
	}
	if s.Labels.Slot != "" {
		names = append(names, s.Labels.Slot)
	}
	for _, f := range s.Labels.Asset {
		if f.Value != "" {
			names = append(names, f.Value)
		}
	}
	return names
}
