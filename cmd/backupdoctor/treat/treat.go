package treat

import (
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A Kind is a kind of task.
type Kind string

const (
	Step   Kind = "step"    // a person carries out a step of the plan
	Copy   Kind = "copy"    // a copy on this computer is made and verified
	BackUp Kind = "back-up" // a person taps Back Up Now, and the backup is followed
	Leave  Kind = "leave"   // the device is left to back up overnight
	Done   Kind = "done"    // the device has a new iCloud backup
	Over   Kind = "over"    // nothing in the plan is left
)

// A Task is what to do next.
type Task struct {
	Kind   Kind
	Step   report.Step // zero for BackUp, Done and Over
	Number int         // from 1
	Of     int         // tasks in all, as far as known; the plan may change
	Locked bool        // the step permanently loses something, and no copy on this computer is proved
}

// Begin starts the record of a repair.
func Begin(id, by string, d report.Device, at time.Time) device.Repair {
	r := device.Repair{ID: id, By: by, StartedAt: at, Verdict: d.Verdict, LastBackup: device.Unknown[time.Time](device.Absent)}
	if !d.LastBackup.IsZero() {
		r.LastBackup = device.Known(d.LastBackup)
	}
	for n, cause := range report.CausesOf(d) {
		r.Causes = append(r.Causes, cause.Check)
		for _, e := range cause.Evidence {
			if n == 0 && len(r.Evidence) < mostEvidence {
				r.Evidence = append(r.Evidence, device.RepairEvidence{Text: e.Key + ": " + e.Value, Source: e.Source, AsOf: e.AsOf})
			}
		}
	}
	return r
}

// mostEvidence is the maximum amount of evidence of the first cause in a record.
const mostEvidence = 3

// Treatable reports whether there is anything to do for a device.
func Treatable(d report.Device) bool {
	switch checks.Verdict(d.Verdict) {
	case checks.BackedUp, checks.Suppressed:
		return false
	default:
		return len(d.Plan) > 0 || checks.Verdict(d.Verdict) == checks.NoCauseFound
	}
}

// Next returns the next task of a repair for a device as it was last judged.
func Next(r device.Repair, d report.Device) Task {
	readable := d.Verdict != string(checks.NotExamined)
	settled := settledIn(r, readable)
	left := slices.DeleteFunc(slices.Clone(d.Plan), func(s report.Step) bool {
		return settled[s.Remedy] || s.Remedy == string(remedies.BackUpNow)
	})
	now, later := split(left)
	number := len(settled) + attemptsIn(r) + 1
	t := Task{Number: number, Of: number + len(left)}
	untried := untriedCauses(r, d)
	at := slices.IndexFunc(now, func(s report.Step) bool { return overlap(s.For, untried) })
	waits := doneSinceAttempt(r)
	switch {
	case !r.EndedAt.IsZero():
		return Task{Kind: Done, Number: t.Number, Of: t.Number}
	case at >= 0:
		t.Kind, t.Step = Step, now[at]
	case readable && (waits || len(now) == 0 && !attempted(r) && len(later) == 0):
		t.Kind = BackUp
		return t
	case len(now) > 0:
		t.Kind, t.Step = Step, now[0]
	case len(later) > 0:
		t.Kind, t.Step = Leave, later[0]
	default:
		return Task{Kind: Over, Number: t.Number, Of: t.Number}
	}
	if t.Step.Remedy == string(remedies.ComputerBackup) {
		t.Kind = Copy
	}
	_, proved := Proved(d)
	t.Locked = !proved && loses(t.Step) && !overridden(r, t.Step.Remedy)
	return t
}

// split separates the steps that fit into a visit from those that take a night.
func split(steps []report.Step) (now, later []report.Step) {
	for _, s := range steps {
		if s.Remedy == string(remedies.BackUpOvernight) {
			later = append(later, s)
		} else {
			now = append(now, s)
		}
	}
	return now, later
}

// settles are the events after which a step is not offered again.
var settles = []device.RepairEventKind{
	device.RepairConfirmed, device.RepairSeen, device.RepairSkipped, device.RepairLeft, device.RepairCopied,
}

// settledIn returns the remedies that are not offered again. While the device cannot be read, a
// step that a person confirmed has not worked, and everything else depends on it.
func settledIn(r device.Repair, readable bool) map[string]bool {
	settled := map[string]bool{}
	for _, e := range r.Events {
		if e.Remedy != "" && slices.Contains(settles, e.Kind) && (readable || e.Kind != device.RepairConfirmed) {
			settled[e.Remedy] = true
		}
	}
	return settled
}

// overridden reports whether a person unlocked a step.
func overridden(r device.Repair, remedy string) bool {
	return slices.ContainsFunc(r.Events, func(e device.RepairEvent) bool { return e.Kind == device.RepairOverridden && e.Remedy == remedy })
}

// ends are the events that end an attempt at an iCloud backup. Without one, it is offered again.
var ends = []device.RepairEventKind{device.RepairFailed, device.RepairBackedUp}

func attemptsIn(r device.Repair) (n int) {
	for _, e := range r.Events {
		if slices.Contains(ends, e.Kind) {
			n++
		}
	}
	return n
}

func attempted(r device.Repair) bool { return attemptsIn(r) > 0 }

// sinceAttempt returns the remedies done since the last attempt at an iCloud backup, except those
// that changed nothing a backup may depend on; see changes.
func sinceAttempt(r device.Repair) (done []string) {
	for _, e := range r.Events {
		switch {
		case slices.Contains(ends, e.Kind):
			done = nil
		case e.Kind != device.RepairConfirmed && e.Kind != device.RepairSeen:
		case changes(e):
			done = append(done, e.Remedy)
		}
	}
	return done
}

// changes reports whether an event changed something that a backup may depend on.
func changes(e device.RepairEvent) bool {
	remedy, known := remedies.Find(remedies.ID(e.Remedy))
	return len(e.Gone) > 0 || known && remedy.Changes()
}

func doneSinceAttempt(r device.Repair) bool { return len(sinceAttempt(r)) > 0 }

// untriedCauses returns the problems of a device for which nothing was done since the last
// attempt at an iCloud backup. A date alone counts only where it is the only problem.
func untriedCauses(r device.Repair, d report.Device) []string {
	done := sinceAttempt(r)
	tried := func(check string) bool {
		return slices.ContainsFunc(d.Plan, func(s report.Step) bool { return slices.Contains(done, s.Remedy) && slices.Contains(s.For, check) })
	}
	var untried, dates []string
	for _, cause := range report.CausesOf(d) {
		switch {
		case cause.Status != string(checks.Problem) || tried(cause.Check):
		case checks.IsDate(cause.Check):
			dates = append(dates, cause.Check)
		case cause.Effect == string(checks.Informs):
		default:
			untried = append(untried, cause.Check)
		}
	}
	if len(untried) == 0 && len(done) == 0 {
		return dates
	}
	return untried
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(one string) bool { return slices.Contains(b, one) })
}

// loses reports whether a step permanently loses something.
func loses(s report.Step) bool {
	remedy, known := remedies.Find(remedies.ID(s.Remedy))
	return known && (remedy.Loses > remedies.LosesNothing || remedy.Tier >= remedies.TierDeleting)
}

// copyAge is the age below which a copy unlocks a step that loses something.
const copyAge = 24 * time.Hour

// Proved returns the date of the newest copy on this computer that was made within copyAge and
// whose contents were verified to be whole. A date further ahead than clocks differ proves nothing.
func Proved(d report.Device) (at time.Time, proved bool) {
	for _, b := range d.Backups {
		deep := b.Depth == string(device.DeepLook)
		if b.Verdict == string(device.Whole) && deep && !b.Date.IsZero() && d.TakenAt.Sub(b.Date).Abs() < copyAge && b.Date.After(at) {
			at, proved = b.Date, true
		}
	}
	return at, proved
}

// A Change is what readings of a device showed besides its findings. False means not seen.
type Change struct {
	Restarted  bool // it is in another boot
	JoinedWiFi bool // it was not on Wi-Fi, and is now
}

// Seen reports whether a device shows that a task was done, and which of its causes are gone.
func Seen(t Task, before, after report.Device, change Change) (gone []string, seen bool) {
	if after.Verdict == string(checks.NotExamined) {
		return nil, false
	}
	has := report.CausesOf(after)
	for _, cause := range report.CausesOf(before) {
		if slices.Contains(t.Step.For, cause.Check) && !slices.ContainsFunc(has, func(f report.Finding) bool { return f.Check == cause.Check }) {
			gone = append(gone, cause.Check)
		}
	}
	switch remedies.ID(t.Step.Remedy) {
	case remedies.Restart, remedies.ForceRestart:
		seen = change.Restarted
	case remedies.JoinWiFi, remedies.RejoinWiFi:
		seen = change.JoinedWiFi
	case remedies.UpdateSoftware, remedies.UpdateWithComputer, remedies.LeaveBeta:
		seen = before.BuildVersion != "" && after.BuildVersion != "" && before.BuildVersion != after.BuildVersion
	case remedies.ComputerBackup:
		_, seen = Proved(after)
	}
	return gone, seen || len(gone) > 0
}
