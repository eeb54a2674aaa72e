package report

import (
	"regexp"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
)

// InZone is a report for people in a time zone: its times, and the moments in its sentences,
// are written in it. What programs read is in UTC and does not come from here. Without a zone
// the report stays as it is. Dates that have no time, such as the end of a suppression, are the
// same in every zone.
func InZone(r Report, zone *time.Location) Report {
	if zone == nil {
		return r
	}
	z := inZone{zone}
	r.StartedAt, r.TakenAt = r.StartedAt.In(zone), r.TakenAt.In(zone)
	r.Gaps = slices.Clone(r.Gaps)
	for i := range r.Gaps {
		r.Gaps[i].Summary = z.text(r.Gaps[i].Summary)
	}
	r.Devices = convert(r.Devices, z.device)
	if r.MDM != nil {
		mdm := *r.MDM
		mdm.List = convert(mdm.List, func(m Managed) Managed {
			m.LastBackup, m.AsOf = z.time(m.LastBackup), z.time(m.AsOf)
			return m
		})
		r.MDM = &mdm
	}
	return r
}

type inZone struct{ zone *time.Location }

func (z inZone) device(d Device) Device {
	d.TakenAt, d.LastBackup = d.TakenAt.In(z.zone), z.time(d.LastBackup)
	d.Headline = z.text(d.Headline)
	if d.InUse != nil {
		use := *d.InUse
		use.Since = use.Since.In(z.zone)
		d.InUse = &use
	}
	d.Findings = convert(d.Findings, func(f Finding) Finding {
		f.Summary, f.Evidence = z.text(f.Summary), convert(f.Evidence, z.evidence)
		return f
	})
	d.Proof = convert(d.Proof, func(n Need) Need {
		n.Evidence = convert(n.Evidence, z.evidence)
		return n
	})
	d.Suppressed = slices.Clone(d.Suppressed)
	for i := range d.Suppressed {
		d.Suppressed[i].Summary = z.text(d.Suppressed[i].Summary)
	}
	d.Backups = slices.Clone(d.Backups)
	for i := range d.Backups {
		d.Backups[i].Date = z.time(d.Backups[i].Date)
	}
	return d
}

func (z inZone) evidence(e Evidence) Evidence {
	e.Key, e.Value, e.AsOf = z.text(e.Key), z.text(e.Value), z.time(e.AsOf)
	return e
}

// time keeps the time that is unknown.
func (z inZone) time(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(z.zone)
}

// moments are what [words.Moment] writes in UTC.
var moments = regexp.MustCompile(`\b\d{4}-\d\d-\d\d \d\d:\d\d UTC\b`)

// text writes the moments of a sentence in the zone. In a quotation they name the same moment.
func (z inZone) text(text string) string {
	return moments.ReplaceAllStringFunc(text, func(moment string) string {
		at, err := time.Parse(words.MomentLayout, moment)
		if err != nil {
			return moment
		}
		return words.Moment(at.In(z.zone))
	})
}
