package format

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/olekukonko/tablewriter/tw"
)

// cart prints several devices: those that need attention in a table with two lines each, the
// others folded.
func (p *page) cart(labels []string, r report.Report) error {
	header := []column{{"Device", 3}, {"Cause, first remedy", 6}, {"Last backup", 2}}
	var ill, well, suppressed []int
	for i, d := range r.Devices {
		switch {
		case report.NeedsAttention(d):
			ill = append(ill, i)
		case checks.Verdict(d.Verdict) == checks.Suppressed:
			suppressed = append(suppressed, i)
		default:
			well = append(well, i)
		}
	}
	rows := func(yield func([]cell) bool) {
		for _, i := range ill {
			d := r.Devices[i].Whole()
			if !yield([]cell{p.who(labels[i], d), p.causeAndRemedy(d), {{text: p.text(lastBackupAge(d))}}}) {
				return
			}
		}
	}
	if err := p.rows(header, rows, tw.Off); err != nil {
		return err
	}
	if len(ill) > 0 && len(well)+len(suppressed) > 0 {
		p.print("")
	}
	p.folded(labels, r.Devices, well)
	m := markOfVerdict(report.Device{Verdict: string(checks.Suppressed)})
	for _, i := range suppressed {
		text := "Suppressed: " + labels[i]
		if silences := silencesOf(r.Devices[i]); len(silences) > 0 {
			text += ": " + strings.Join(silences, "; ")
		}
		p.print(p.hang(p.lead(m), m.style, text)...)
	}
	return nil
}

// who returns the mark, slot and name of a device, and its inventory row.
func (p *page) who(label string, d report.Device) cell {
	m := markOfVerdict(d)
	c := cell{{p.lead(m), m.style, label, plain}}
	if asset := assetLine(d); asset != "" {
		under := strings.Repeat(" ", columns(p.lead(m)))
		c = append(c, paragraph{under, plain, cut(p.text(asset), maxNameWidth, p.sign("…", "...")), dim})
	}
	return c
}

// causeAndRemedy returns one line on what is wrong with a device and one on what to do.
func (p *page) causeAndRemedy(d report.Device) cell {
	c := cell{{text: p.text(attentionText(d))}}
	for _, remark := range remarks(d) {
		c = append(c, paragraph{"", plain, p.text(remark), yellow})
	}
	if len(d.Plan) > 0 {
		c = append(c, paragraph{"  ", plain, p.text(stepTitle(d.Plan[0])), dim})
	}
	return c
}

// mostShorts is the number of causes shown per device when there are several devices.
const mostShorts = 2

// attentionText returns why a device needs attention: the short names of its causes, or its
// verdict with the reason.
func attentionText(d report.Device) string {
	verdict, why := checks.Verdict(d.Verdict), because(d, mostShorts)
	switch {
	case verdict == checks.NoCauseFound, verdict == checks.NotExamined && d.Reason != "":
		return Outcome(d)
	case why != "":
		return why
	default:
		return markOfVerdict(d).word + ": " + d.Headline
	}
}

// shorts returns the short names of findings.
func shorts(findings []report.Finding) []string {
	return convert(findings, func(f report.Finding) string { return report.ShortFor(f.Check, f.Status) })
}

// lastBackupAge returns the age of the last good iCloud backup.
func lastBackupAge(d report.Device) string {
	switch {
	case !d.LastBackup.IsZero():
		return words.Ago(d.LastBackup, d.TakenAt)
	case d.NoLastBackup == "" || device.Reason(d.NoLastBackup) == device.Absent:
		return "none known"
	default:
		return "unknown"
	}
}

// mostNames is the number of devices without a slot that are named on one line.
const mostNames = 40

// folded prints one line for the healthy devices, with the age of the oldest backup.
func (p *page) folded(labels []string, devices []report.Device, well []int) {
	if len(well) == 0 {
		return
	}
	names := convert(well, func(i int) string { return labels[i] })
	where, age := p.whereAndAge(names, convert(well, func(i int) report.Device { return devices[i] }))
	what := "backed up"
	if devices[well[0]].Copy != nil {
		what = "backed up to iCloud"
	}
	text := fmt.Sprintf("%d %s: %s", len(well), what, where)
	if age != "" {
		text += "; " + age
	}
	m := markOfVerdict(report.Device{Verdict: string(checks.BackedUp)})
	p.print(p.hang(p.lead(m), m.style, text)...)
}

// whereAndAge returns the slots of devices, or the names of those without one, and the age of
// their oldest backup, which is "" if unknown.
func (p *page) whereAndAge(labels []string, devices []report.Device) (where, age string) {
	var slots, names []string
	var oldest time.Duration
	known := false
	for i, d := range devices {
		if slot := p.cutLabel(d.Slot); slot != "" {
			slots = append(slots, slot)
		} else {
			names = append(names, device.Quoted(labels[i])+firstAsset(d))
		}
		if !d.LastBackup.IsZero() {
			oldest, known = max(oldest, d.TakenAt.Sub(d.LastBackup)), true
		}
	}
	var places []string
	if len(slots) > 0 {
		places = append(places, strings.Join(ranges(slots, p.sign("–", "-")), " "))
	}
	if more := len(names) - mostNames; more > 0 {
		names = append(names[:mostNames], fmt.Sprintf("%d more", more))
	}
	where = strings.Join(append(places, names...), ", ")
	switch {
	case known && len(devices) > 1:
		age = "the oldest backup is " + words.Duration(oldest) + " old"
	case known:
		age = "the backup is " + words.Duration(oldest) + " old"
	}
	return where, age
}

// firstAsset returns the first nonempty column of the inventory, in brackets.
func firstAsset(d report.Device) string {
	for _, f := range d.Asset {
		if f.Value != "" {
			return " (" + device.Label(f.Name) + ": " + device.Label(f.Value) + ")"
		}
	}
	return ""
}

// silencesOf lists the suppressed findings of a device, each with the reason and expiry date.
func silencesOf(d report.Device) []string {
	var texts []string
	for _, s := range d.Suppressed {
		text := report.ShortOf(s.Check) + ", because: " + device.Quoted(s.Because)
		if !s.Until.IsZero() {
			text += ", until " + words.Date(s.Until)
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}
