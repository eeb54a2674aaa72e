package report

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/words"
)

// InZone converts the times in a report, including those in its sentences, to a time zone for
// people to read. Programs get UTC and do not use InZone. A nil zone leaves the report
// unchanged.
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

// DeviceInZone is like [InZone], for one device.
func DeviceInZone(d Device, zone *time.Location) Device {
	if zone == nil {
		return d
	}
	return inZone{zone}.device(d)
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
	d = z.judged(d)
	d.Packed = d.Packed.in(z.zone)
	d.Suppressed = slices.Clone(d.Suppressed)
	for i := range d.Suppressed {
		s := &d.Suppressed[i]
		s.Summary, s.Until = z.text(s.Summary), z.time(s.Until)
	}
	d.Repair, d.Copy = z.repair(d.Repair), z.copy(d.Copy)
	d.Backups = slices.Clone(d.Backups)
	for i := range d.Backups {
		d.Backups[i].Date = z.time(d.Backups[i].Date)
	}
	return d
}

// judged converts the part of a device that may be packed.
func (z inZone) judged(d Device) Device {
	d.Findings = convert(d.Findings, func(f Finding) Finding {
		f.Summary, f.Evidence = z.text(f.Summary), convert(f.Evidence, z.evidence)
		return f
	})
	d.Proof = convert(d.Proof, func(n Need) Need {
		n.Evidence = convert(n.Evidence, z.evidence)
		return n
	})
	return d
}

func (z inZone) repair(r *Repair) *Repair {
	if r == nil {
		return nil
	}
	local := *r
	local.StartedAt, local.EndedAt, local.LastBackup = z.time(r.StartedAt), z.time(r.EndedAt), z.time(r.LastBackup)
	local.Evidence = convert(r.Evidence, func(e RepairEvidence) RepairEvidence {
		e.Text, e.AsOf = z.text(e.Text), z.time(e.AsOf)
		return e
	})
	local.Events = convert(r.Events, func(e RepairEvent) RepairEvent {
		e.At, e.LastBackup = z.time(e.At), z.time(e.LastBackup)
		return e
	})
	return &local
}

func (z inZone) evidence(e Evidence) Evidence {
	e.Key, e.Value, e.AsOf = z.text(e.Key), z.text(e.Value), z.time(e.AsOf)
	return e
}

// time converts a time to the zone. The zero time stays zero.
func (z inZone) time(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(z.zone)
}

// moments matches the UTC times that [words.Moment] writes.
var moments = regexp.MustCompile(`\b\d{4}-\d\d-\d\d \d\d:\d\d UTC\b`)

// text converts the times in a sentence to the zone, including those in quotations.
func (z inZone) text(text string) string {
	if !strings.Contains(text, " UTC") {
		return text // most texts: a page of many devices spent most of its time on matching them
	}
	return moments.ReplaceAllStringFunc(text, func(moment string) string {
		at, err := time.Parse(words.MomentLayout, moment)
		if err != nil {
			return moment
		}
		return words.Moment(at.In(z.zone))
	})
}
