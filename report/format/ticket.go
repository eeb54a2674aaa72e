package format

import (
	"io"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// ticketWidth is the maximum width of a ticket: half a page of plain text.
const ticketWidth = 80

// WriteTicket writes half a page for each device to hand out with it: the findings, the
// evidence, the first steps, and room for notes and a signature.
func WriteTicket(w io.Writer, r report.Report, o Options) error {
	r = report.InZone(r, o.Zone)
	o.Width, o.Color = min(o.Width, ticketWidth), false
	p := newPage(o)
	p.to = w
	p.gaps(r)
	for _, note := range runNotes(r, contradictions(r)) {
		p.print(p.hang("", plain, note)...)
	}
	for i, d := range r.All() {
		if i > 0 {
			p.print("")
		}
		p.ticket(d)
	}
	return p.write(w)
}

func (p *page) ticket(d report.Device) {
	var who []string
	for _, text := range []string{modelOf("", d), versionOf(d), serialOf(d), p.label(d), connectionNote(d)} {
		if text != "" {
			who = append(who, text)
		}
	}
	title := p.text(strings.Join(who, " · "))
	if read := momentText(d.TakenAt); read == "" {
		p.print(p.hang("", plain, title)...)
	} else if columns(title)+2+columns(read) <= p.Width {
		p.print(pad(title, p.Width-columns(read)) + read)
	} else {
		p.print(p.hang("", plain, title)...)
		p.print(p.hang("", plain, read)...)
	}
	if len(d.Asset) > 0 {
		p.print(p.hang("Inventory  ", plain, assetLine(d))...)
	}
	if d.Repair != nil {
		p.ticketRepair(d, *d.Repair)
		return
	}
	p.print(p.hang("Found      ", plain, outcomeSentence(d))...)
	for _, remark := range remarks(d) {
		p.print(p.hang("           ", plain, remark)...)
	}
	if causes := report.CausesOf(d); len(causes) > 0 {
		var read []string
		for _, e := range causes[0].Evidence[:min(len(causes[0].Evidence), mostEvidence)] {
			read = append(read, evidenceText(e, d.TakenAt))
		}
		if len(read) > 0 {
			p.print(p.hang("Evidence   ", plain, strings.Join(read, "; "))...)
		}
	}
	if len(d.Plan) > 0 {
		p.print(p.hang("To do      ", plain, stepTitle(d.Plan[0]))...)
	}
	p.print(p.hang("Backup     ", plain, "last iCloud backup: "+p.ticketBackup(d))...)
	rule := func(width int) string { return strings.Repeat("_", max(4, width)) }
	p.print("Done       "+rule(p.Width-11), "           "+rule(p.Width-11))
	p.print("By         " + rule((p.Width-24)/2) + "  Signature " + rule(p.Width-24-(p.Width-24)/2-1))
}

// outcomeSentence returns the verdict, the causes and the headline.
func outcomeSentence(d report.Device) string {
	if strings.HasPrefix(d.Headline, checks.NoCause) {
		return d.Headline
	}
	return Outcome(d) + ". " + d.Headline
}

// ticketRepair writes what was wrong, what was done and what proves it. Only the signature, and a
// name that was not recorded, are left to fill in.
func (p *page) ticketRepair(d report.Device, r report.Repair) {
	p.print(p.hang("Found      ", plain, repairFound(r))...)
	if len(r.Evidence) > 0 {
		p.print(p.hang("Evidence   ", plain, strings.Join(repairEvidence(r), "; "))...)
	}
	for n, deed := range r.Deeds() {
		lead := "Done       "
		if n > 0 {
			lead = "           "
		}
		p.print(p.hang(lead, plain, deedText(deed, p))...)
	}
	p.print(p.hang("Proof      ", plain, repairProof(r))...)
	if r.EndedAt.IsZero() {
		p.print(p.hang("Now        ", plain, outcomeSentence(d))...)
	}
	by := r.By
	if by == "" {
		by = strings.Repeat("_", 16)
	} else {
		by = device.Quoted(by)
	}
	p.print(p.hang("By         ", plain, by)...)
	p.print("Signature  " + strings.Repeat("_", max(4, p.Width-11)))
}

// momentText formats a time, or returns "" if it is unknown.
func momentText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return words.Moment(t)
}

func serialOf(d report.Device) string {
	if d.Serial == "" {
		return ""
	}
	return "serial " + device.Token(d.Serial)
}

// ticketBackup returns when the last good iCloud backup was made, and its age.
func (p *page) ticketBackup(d report.Device) string {
	if d.LastBackup.IsZero() {
		return lastBackupAge(d)
	}
	return words.Moment(d.LastBackup) + ", " + lastBackupAge(d)
}
