package format

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/olekukonko/tablewriter/tw"
)

// WriteStory writes the story of a device for a terminal.
func WriteStory(w io.Writer, story report.Story, o Options) error {
	p := newPage(o)
	p.known(story.Device)
	p.print("")
	header := []column{{"Visit", 3}, {"Verdict", 3}, {"Causes", 5}, {"Last good iCloud backup", 3}}
	var rows [][]cell
	for _, v := range story.Visits {
		rows = append(rows, []cell{p.visit(v), p.verdict(v), p.whatChanged(v), p.lastBackup(v)})
	}
	if err := p.rows(header, slices.Values(rows), tw.On); err != nil {
		return err
	}
	if story.Total > len(story.Visits) {
		p.print("")
		p.print(p.hang("", plain, fmt.Sprintf("The newest %d of %d visits; --limit shows more.", len(story.Visits), story.Total))...)
	}
	return p.write(w)
}

// WriteKnown writes the devices that match a name, with what distinguishes them.
func WriteKnown(w io.Writer, devices []report.KnownDevice, o Options) error {
	p := newPage(o)
	for _, d := range devices {
		p.known(d)
	}
	return p.write(w)
}

// known prints a device and its identifiers.
func (p *page) known(d report.KnownDevice) {
	about := p.label(deviceOf(d))
	if model := modelOf(about, deviceOf(d)); model != "" {
		about += " · " + model
	}
	p.print(p.hang("", plain, about)...)
	p.print(p.hang("  ", plain, "UDID "+d.UDID)...)
	for _, name := range namesOf(d) {
		p.print(p.hang("  ", plain, name)...)
	}
	seen := "Last seen " + p.toTheMinute(d.TakenAt)
	for _, doubt := range p.doubt(d.Doubtful) {
		seen += " (" + doubt.text + ")"
	}
	p.print(p.hang("  ", plain, seen)...)
}

// deviceOf converts a known device to one of a report.
func deviceOf(d report.KnownDevice) report.Device {
	return report.Device{UDID: d.UDID, Name: d.Name, ModelName: d.ModelName, ProductType: d.ProductType}
}

// namesOf returns a device's identifiers other than its UDID, one per line.
func namesOf(d report.KnownDevice) []string {
	var names []string
	if d.Serial != "" {
		names = append(names, "Serial number "+d.Serial)
	}
	if place := benchPlace(d.Slot, d.Location); place != "" {
		names = append(names, place)
	}
	for _, f := range d.Asset {
		if f.Value != "" {
			names = append(names, f.Name+": "+f.Value)
		}
	}
	return names
}

// benchPlace describes a place on the bench, or returns "" if there is none.
func benchPlace(slot, location string) string {
	switch {
	case slot != "":
		return "Slot " + slot
	case location != "":
		return "USB port " + location
	default:
		return ""
	}
}

func (p *page) visit(v report.Visit) cell {
	c := append(cell{{text: p.toTheMinute(v.TakenAt)}}, p.doubt(v.Doubtful)...)
	if v.Subject == report.OfBackups {
		c = append(c, paragraph{text: "its backups alone", style: dim})
	}
	for _, text := range []string{benchPlace(v.Slot, v.Location), versionOf(report.Device{System: v.System, ProductVersion: v.ProductVersion})} {
		if text != "" {
			c = append(c, paragraph{text: p.text(text), style: dim})
		}
	}
	return c
}

func (p *page) verdict(v report.Visit) cell {
	m := markOfVerdict(report.Device{Verdict: v.Verdict, Reason: v.Reason})
	c := cell{{p.lead(m), m.style, m.word, plain}}
	if v.Reason != "" {
		c = append(c, paragraph{text: p.text(reasonOf(v.Reason, ""))})
	}
	if v.Retried != "" {
		c = append(c, paragraph{text: p.text("second try: " + reasonOf(v.Retried, "")), style: dim})
	}
	if v.Copy != nil {
		summary, _ := report.CopyWords("", *v.Copy, p.toTheMinute)
		c = append(c, paragraph{text: p.text("Copy: " + summary)})
	}
	return c
}

// whatChanged returns the causes at a visit, with how long each has existed, and the causes
// that are gone.
func (p *page) whatChanged(v report.Visit) cell {
	c := cell{}
	for _, cause := range v.Causes {
		m := markOfStatus(cause.Status)
		text := report.ShortFor(cause.Check, cause.Status)
		switch {
		case cause.Came:
			text += ", new"
		case cause.Since.Before(v.TakenAt):
			text += ", since " + words.Date(p.in(cause.Since))
		}
		c = append(c, paragraph{p.lead(m), m.style, p.text(text), plain})
	}
	m := markOfStatus(string(checks.OK))
	for _, cause := range v.Gone {
		c = append(c, paragraph{p.lead(m), m.style, p.text("gone: " + report.ShortOf(cause.Check)), plain})
	}
	return c
}

func (p *page) lastBackup(v report.Visit) cell {
	switch {
	case v.LastBackup.After(v.TakenAt):
		return cell{{text: words.Date(p.in(v.LastBackup))}, {text: "dated after the visit", style: dim}}
	case !v.LastBackup.IsZero():
		return cell{{text: words.Date(p.in(v.LastBackup))}, {text: daysText(v.LastBackup, v.TakenAt) + " before", style: dim}}
	case v.NoLastBackup == string(device.Absent):
		return cell{{text: "none on record"}}
	case v.NoLastBackup == "":
		return cell{{text: "unknown"}}
	default:
		return cell{{text: p.text("unknown: " + reasonOf(v.NoLastBackup, ""))}}
	}
}

// daysText returns the number of whole days between two times.
func daysText(from, to time.Time) string {
	return words.Count(max(0, words.Days(to.Sub(from))), "day")
}
