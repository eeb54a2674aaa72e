package format

import (
	"fmt"
	"io"

	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/olekukonko/tablewriter/tw"
)

// WriteStaleJSON writes the devices without a recent backup as one JSON document.
func WriteStaleJSON(w io.Writer, stale report.Stale) error { return WriteDocument(w, stale) }

// WriteStale writes the devices without a recent backup for a person at a terminal.
func WriteStale(w io.Writer, stale report.Stale, o Options) error {
	p := newPage(o)
	var known []report.Device
	for _, d := range stale.Devices {
		known = append(known, deviceOf(d))
	}
	labels := p.labels(known)
	header := []column{{"Device", 5}, {"Last good iCloud backup", 4}, {"Last seen", 3}, {"What was found then", 4}}
	var rows [][]cell
	for i, d := range stale.Devices {
		rows = append(rows, []cell{p.whose(labels[i], d), p.staleness(d, stale), p.lastSeen(d, stale), {{text: p.text(d.Headline)}}})
	}
	if err := p.rows(header, rows, tw.On); err != nil {
		return err
	}
	if len(rows) > 0 {
		p.print("")
	}
	p.print(p.hang("", plain, staleTotals(stale))...)
	return p.write(w)
}

// whose is a device with what a person finds it by.
func (p *page) whose(label string, d report.KnownDevice) cell {
	c := cell{{text: label}}
	if model := modelOf(label, deviceOf(d)); model != "" {
		c = append(c, paragraph{text: p.text(model)})
	}
	if d.UDID != label {
		c = append(c, paragraph{text: p.text(d.UDID), style: dim})
	}
	for _, name := range namesOf(d) {
		c = append(c, paragraph{text: p.text(name), style: dim})
	}
	return c
}

func (p *page) staleness(d report.KnownDevice, stale report.Stale) cell {
	switch d.Backup {
	case report.BackupNever:
		m := mark{"✗", "[x]", "", red}
		return cell{{p.lead(m), m.style, "never", plain}}
	case report.BackupKnown:
		m := mark{"✗", "[x]", "", red}
		return cell{{p.lead(m), m.style, daysText(d.LastBackup, stale.At) + " ago", plain}, {text: words.Date(p.in(d.LastBackup)), style: dim}}
	}
	m := mark{"?", "[?]", "", cyan}
	why := "unknown"
	if d.NoLastBackup != "" {
		why += ": " + reasonOf(d.NoLastBackup, "")
	}
	c := cell{{p.lead(m), m.style, p.text(why), plain}}
	if !d.EarlierBackup.IsZero() {
		c = append(c, paragraph{text: fmt.Sprintf("%s, when last read on %s", words.Date(p.in(d.EarlierBackup)), words.Date(p.in(d.EarlierAt))), style: dim})
	}
	return c
}

// lastSeen says when a device was there last. What happened to its backups since, nobody
// knows.
func (p *page) lastSeen(d report.KnownDevice, stale report.Stale) cell {
	c := append(cell{{text: p.toTheMinute(d.TakenAt)}}, p.doubt(d.Doubtful)...)
	if d.Doubtful == report.DoubtFuture {
		return c
	}
	if ago := daysText(d.TakenAt, stale.At); ago != "0 days" {
		c = append(c, paragraph{text: ago + " ago", style: dim})
	}
	return c
}

// staleTotals counts the devices.
func staleTotals(s report.Stale) string {
	text := fmt.Sprintf("%d of %s had no good iCloud backup within %s, as far as is known", s.Stale, words.Count(s.Known, "device"), words.Count(s.Days, "day"))
	if s.Stale == 0 {
		text = fmt.Sprintf("None of %s is known to be without a good iCloud backup within %s", words.Count(s.Known, "device"), words.Count(s.Days, "day"))
	}
	if s.Unknown > 0 {
		text += fmt.Sprintf("; of %d that is unknown", s.Unknown)
	}
	return text + "."
}
