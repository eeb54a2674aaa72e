package report

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// The states of a cause when two reports are compared.
const (
	CauseNew        = "new"         // not in the older report
	CauseStill      = "still"       // in both reports
	CauseFixed      = "fixed"       // in the older report; the check is now healthy
	CauseSuppressed = "suppressed"  // in the older report; now suppressed
	CauseUnknown    = "cannot-tell" // in the older report; could not be read in the newer
	CauseGone       = "gone"        // in the older report; the device is not in the newer
)

// A Diff compares the causes in two reports.
type Diff struct {
	Header
	Old     time.Time    `json:"oldTakenAt,omitzero"` // when the last device of the older report was read
	New     time.Time    `json:"newTakenAt,omitzero"` // when the last device of the newer report was read
	Devices []DeviceDiff `json:"devices"`             // devices of the newer report, then those that are only in the older
	Changes ChangeCounts `json:"changeCounts"`        // number of causes by state
}

// A DeviceDiff is one device and the changes of its causes.
type DeviceDiff struct {
	UDID      string   `json:"udid"`                // its identifier
	Name      string   `json:"name"`                // its name, as set by its owner; "" if unknown
	Slot      string   `json:"slot,omitempty"`      // its place on the bench; absent if it has none
	ModelName string   `json:"modelName,omitempty"` // iPhone 13 mini; absent if unknown
	Before    string   `json:"before,omitempty"`    // its verdict in the older report; absent if it is not there
	After     string   `json:"after,omitempty"`     // its verdict in the newer report; absent if it is not there
	Changes   []Change `json:"changes"`             // changes of its causes
}

// A Change is the change of one cause on one device.
type Change struct {
	Check   string `json:"check"`             // id of the check
	Subject string `json:"subject,omitempty"` // the profile, app or process concerned; absent if it is the device itself
	Short   string `json:"short"`             // the trouble in a few words
	State   string `json:"state"`             // new, still, fixed, suppressed, cannot-tell or gone
	Summary string `json:"summary"`           // the newer finding in one sentence, or the older one if there is none
}

// ChangeCounts counts changes by state.
type ChangeCounts struct {
	New        int `json:"new"`        // with the state new
	Still      int `json:"still"`      // with the state still
	Fixed      int `json:"fixed"`      // with the state fixed
	Suppressed int `json:"suppressed"` // with the state suppressed
	CannotTell int `json:"cannotTell"` // with the state cannot-tell
	Gone       int `json:"gone"`       // with the state gone
}

// Compare compares the causes in an older report with those in a newer one. Devices are matched
// by UDID.
func Compare(older, newer Report) Diff {
	diff := Diff{Header: NewHeader(KindDiff), Old: older.TakenAt, New: newer.TakenAt, Devices: []DeviceDiff{}}
	before, seen := map[string]Device{}, map[string]bool{}
	for _, d := range older.Devices {
		before[device.UDIDKey(d.UDID)] = d
	}
	for _, d := range newer.All() {
		key := device.UDIDKey(d.UDID)
		seen[key] = true
		was, known := before[key]
		diff.Devices = append(diff.Devices, compareDevice(was.Whole(), known, d))
	}
	for _, d := range older.Devices {
		if !seen[device.UDIDKey(d.UDID)] {
			diff.Devices = append(diff.Devices, departed(d.Whole()))
		}
	}
	for _, d := range diff.Devices {
		for _, c := range d.Changes {
			diff.Changes.add(c.State)
		}
	}
	return diff
}

func (c *ChangeCounts) add(state string) {
	for name, count := range map[string]*int{
		CauseNew: &c.New, CauseStill: &c.Still, CauseFixed: &c.Fixed,
		CauseSuppressed: &c.Suppressed, CauseUnknown: &c.CannotTell, CauseGone: &c.Gone,
	} {
		if name == state {
			*count++
		}
	}
}

// compareDevice compares a device with its earlier state; known is false if there is none.
func compareDevice(was Device, known bool, is Device) DeviceDiff {
	diff := newDeviceDiff(is)
	diff.After = is.Verdict
	if known {
		diff.Before = was.Verdict
	}
	for _, f := range roots(is) {
		state := CauseNew
		if _, there := findingOf(was, f, unwell); there {
			state = CauseStill
		}
		diff.Changes = append(diff.Changes, newChange(f, state))
	}
	for _, f := range roots(was) {
		if _, there := findingOf(is, f, IsCause); !there {
			diff.Changes = append(diff.Changes, became(f, is))
		}
	}
	return diff
}

// became returns the state of a cause that the device no longer has. Finding nothing proves
// nothing: only what the check actually read counts.
func became(f Finding, is Device) Change {
	if now, there := findingOf(is, f, unwell); there {
		return newChange(now, CauseStill) // as a symptom of something else
	}
	for _, s := range is.Suppressed {
		if s.Check == f.Check && s.Subject == f.Subject {
			return newChange(f, CauseSuppressed)
		}
	}
	if now, there := findingOf(is, f, func(f Finding) bool { return checks.Status(f.Status) == checks.OK }); there {
		change := newChange(f, CauseFixed)
		change.Summary = now.Summary
		return change
	}
	return newChange(f, CauseUnknown)
}

// departed returns the diff of a device that is missing from the newer report.
func departed(d Device) DeviceDiff {
	diff := newDeviceDiff(d)
	diff.Before = d.Verdict
	for _, f := range roots(d) {
		diff.Changes = append(diff.Changes, newChange(f, CauseGone))
	}
	return diff
}

func newDeviceDiff(d Device) DeviceDiff {
	return DeviceDiff{UDID: d.UDID, Name: d.Name, Slot: d.Slot, ModelName: d.ModelName, Changes: []Change{}}
}

func newChange(f Finding, state string) Change {
	return Change{Check: f.Check, Subject: f.Subject, Short: ShortFor(f.Check, f.Status), State: state, Summary: f.Summary}
}

// roots returns the causes of a device, one per subject.
func roots(d Device) []Finding {
	var list []Finding
	for _, f := range d.Findings {
		if IsCause(f) {
			list = append(list, f)
		}
	}
	return list
}

// findingOf returns the device's finding with the same check and subject as like, if kind
// accepts it. A healthy finding has no subject.
func findingOf(d Device, like Finding, kind func(Finding) bool) (Finding, bool) {
	for _, f := range d.Findings {
		same := f.Subject == like.Subject || checks.Status(f.Status) == checks.OK
		if f.Check == like.Check && same && kind(f) {
			return f, true
		}
	}
	return Finding{}, false
}

// unwell reports whether a finding is a problem or a warning, whether cause or symptom.
func unwell(f Finding) bool {
	status := checks.Status(f.Status)
	return status == checks.Problem || status == checks.Warning
}
