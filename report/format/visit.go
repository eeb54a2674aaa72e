package format

import (
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
)

// mostVisitEvidence is how much evidence of the first cause is shown after a visit.
const mostVisitEvidence = 2

// Visit is what a person at the tray has to know of a device that was just examined, beside the
// line that names its cause: what shows it, where to begin, and what has changed since the
// visit before, if there was one.
func Visit(d report.Device, before *report.Visit, o Options) string {
	p := newPage(o)
	d = report.InZone(report.Report{Devices: []report.Device{d}}, o.Zone).Devices[0]
	const under = "    "
	if before != nil {
		if change := p.changeSince(*before, d); change != "" {
			p.print(p.hang(under, plain, change)...)
		}
	}
	if causes := report.CausesOf(d); len(causes) > 0 {
		evidence := causes[0].Evidence
		for _, e := range evidence[:min(len(evidence), mostVisitEvidence)] {
			p.print(p.hang(under, plain, evidenceText(e, d.TakenAt))...)
		}
	}
	if first := FirstStep(d); first != "" {
		p.print(p.hang(under+"First: ", plain, first)...)
	}
	return strings.Join(p.lines, "\n")
}

// Change says how a device was at the visit before, or "" if it was no different.
func Change(before report.Visit, d report.Device, zone *time.Location) string {
	p := newPage(Options{Zone: zone})
	return p.changeSince(before, d)
}

// FirstStep is where to begin with a device, or "" if there is nothing to do.
func FirstStep(d report.Device) string {
	if len(d.Plan) == 0 {
		return ""
	}
	first := stepTitle(d.Plan[0])
	if len(d.Plan[0].Steps) > 0 {
		first += ": " + d.Plan[0].Steps[0]
	}
	return first
}

// FirstEvidence is the first evidence of the first cause on a device, or "" without one.
func FirstEvidence(d report.Device) string {
	causes := report.CausesOf(d)
	if len(causes) == 0 || len(causes[0].Evidence) == 0 {
		return ""
	}
	return evidenceText(causes[0].Evidence[0], d.TakenAt)
}

// changeSince says how a device was at the visit before, where that was otherwise. A backup that
// is older than that visit is not what changed, so its age stands beside the verdict.
func (p *page) changeSince(before report.Visit, d report.Device) string {
	was, is := checks.Verdict(before.Verdict), checks.Verdict(d.Verdict)
	if was == is {
		return ""
	}
	text := "Was " + strings.ToLower(was.Label()) + " at " + p.shortly(before.TakenAt, d.TakenAt)
	switch {
	case is != checks.BackedUp || d.LastBackup.IsZero():
		return text + ", is " + strings.ToLower(is.Label()) + " now."
	case d.LastBackup.After(before.TakenAt):
		return text + ", backed up since " + p.shortly(d.LastBackup, d.TakenAt) + "."
	default:
		return text + ", is backed up now; last backup " + p.shortly(d.LastBackup, d.TakenAt) + "."
	}
}

// shortly is a moment as it is said at another: on the same day by its time alone.
func (p *page) shortly(t, now time.Time) string {
	t, now = p.in(t), p.in(now)
	if words.Date(t) == words.Date(now) {
		return t.Format("15:04")
	}
	return words.Moment(t)
}
