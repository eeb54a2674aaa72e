package format

import (
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
)

// mostVisitEvidence is the number of evidence lines shown for the first cause after a visit.
const mostVisitEvidence = 2

// Visit returns what to know about a device just examined, apart from the line that names its
// cause: the evidence, the first step, and what has changed since the previous visit, if any.
func Visit(d report.Device, before *report.Visit, o Options) string {
	p := newPage(o)
	d = report.DeviceInZone(d, o.Zone)
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

// Change describes the state of a device at the previous visit, or returns "" if nothing
// changed.
func Change(before report.Visit, d report.Device, zone *time.Location) string {
	p := newPage(Options{Zone: zone})
	return p.changeSince(before, d)
}

// FirstStep returns the first step for a device, or "" if there is nothing to do.
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

// FirstEvidence returns the first evidence of the first cause on a device, or "" if there is
// none.
func FirstEvidence(d report.Device) string {
	causes := report.CausesOf(d)
	if len(causes) == 0 || len(causes[0].Evidence) == 0 {
		return ""
	}
	return evidenceText(causes[0].Evidence[0], d.TakenAt)
}

// changeSince compares the verdict with that of the previous visit, if it has changed. A backup
// that predates that visit is not the change, so its age is shown with the verdict.
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

// shortly formats a time relative to another: only the time of day if it is the same day.
func (p *page) shortly(t, now time.Time) string {
	t, now = p.in(t), p.in(now)
	if words.Date(t) == words.Date(now) {
		return t.Format("15:04")
	}
	return words.Moment(t)
}
