package format

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// Explain writes everything known about a check, worded for the newest version and no
// particular model.
func Explain(w io.Writer, check *checks.Check, o Options) error {
	p := newPage(o)
	p.heading(check.ID)
	p.print(p.hang("", plain, check.Title+": "+effectOf(check.Effect)+".")...)
	p.markdown(check.Doc)
	if question, ok := remedies.Expand(check.Ask, device.Identity{}); ok && question != "" {
		p.heading("What only a person can answer")
		p.print(p.hang("", plain, question)...)
	}
	p.heading("Remedies, in the order to try them")
	p.print(p.plan(report.Device{Plan: report.StepsOf(check)})...)
	p.heading("Sources of the cause")
	for _, source := range check.Sources {
		p.print(p.hang("- ", plain, source.Title)...)
		p.print(p.hang("  ", plain, source.URL)...)
	}
	return p.write(w)
}

// effectOf describes the effect of a failing check.
func effectOf(effect checks.Effect) string {
	switch effect {
	case checks.Blocks:
		return "without it no backup can complete"
	case checks.MayBlock:
		return "without it a backup may not complete"
	default:
		return "worth knowing, and stops no backup by itself"
	}
}

var emphasis = regexp.MustCompile(`\*{1,2}([^*\s](?:[^*]*[^*\s])?)\*{1,2}`)

// markdown prints the subset of Markdown that the docs of checks use: paragraphs, lists and
// emphasis. Code keeps its backquotes, so that its end is visible.
func (p *page) markdown(doc string) {
	for paragraph := range strings.SplitSeq(emphasis.ReplaceAllString(doc, "$1"), "\n\n") {
		p.print("")
		text := ""
		for line := range strings.Lines(paragraph) {
			item, isItem := strings.CutPrefix(line, "- ")
			if !isItem {
				text += line
				continue
			}
			p.print(p.hang("", plain, text)...)
			text = ""
			p.print(p.hang("- ", plain, item)...)
		}
		p.print(p.hang("", plain, text)...)
	}
}

// Checks writes checks one per line: the id, the effect of an unhealthy result, and the healthy
// state.
func Checks(w io.Writer, list []*checks.Check, o Options) error {
	p := newPage(o)
	widest, judged := 0, 0
	for _, check := range list {
		widest = max(widest, columns(check.ID))
		if check.Judge != nil {
			judged++
		}
	}
	for _, check := range list {
		if p.Width < minTableWidth {
			p.print(p.hang("", plain, check.ID+" ("+string(check.Effect)+")")...)
			p.print(p.hang("  ", plain, check.Title)...)
			continue
		}
		lead := pad(check.ID, widest+2) + pad(string(check.Effect), len(checks.MayBlock)+2)
		p.print(p.hang(lead, plain, check.Title)...)
	}
	p.print("")
	p.print(p.hang("", plain, fmt.Sprintf("%s: %d can be answered or hinted at over USB, the others only by a person.", words.Count(len(list), "check"), judged))...)
	p.print(p.hang("Next: ", plain, "backupdoctor explain ID")...)
	return p.write(w)
}

// Devices writes a report made by [report.Trust]: whether each device trusts this computer, and
// what to do if it does not.
func Devices(w io.Writer, r report.Report, o Options) error {
	devices := r.Devices
	p := newPage(o)
	p.gaps(r)
	labels := p.labels(devices)
	for i, d := range devices {
		for _, trust := range d.Findings {
			under := p.title(markOfTrust(trust.Status), labels[i], d)
			p.print(p.hang(under, plain, "UDID "+d.UDID)...)
			if use := InUse(d.InUse); use != "" {
				p.print(p.hang(under, yellow, use)...)
			}
			if len(d.Asset) > 0 {
				p.print(p.hang(under, dim, assetLine(d))...)
			}
			if checks.Status(trust.Status) != checks.OK && !muxTrouble(d) {
				p.print(p.hang(under, plain, trust.Summary)...)
			}
		}
	}
	p.section("What to do", labels, r, p.plan)
	p.muxTrouble(devices)
	if notes := runNotes(r, contradictions(r)); len(notes) > 0 {
		p.print("")
		for _, note := range notes {
			p.print(p.hang("", plain, note)...)
		}
	}
	return p.write(w)
}

// muxTrouble prints once what is wrong with usbmuxd, which is not the devices' fault.
func (p *page) muxTrouble(devices []report.Device) {
	var said []string
	for _, d := range devices {
		if muxTrouble(d) && !slices.Contains(said, d.Findings[0].Summary) {
			said = append(said, d.Findings[0].Summary)
		}
	}
	if len(said) == 0 {
		return
	}
	p.print("")
	for _, summary := range append(said, "Next: backupdoctor self-check (finds what is wrong on this computer)") {
		p.print(p.hang("", plain, summary)...)
	}
}

// muxTrouble reports whether usbmuxd could not say if a device trusts this computer.
func muxTrouble(d report.Device) bool {
	return len(d.Findings) > 0 && d.Findings[0].Reason == string(device.MuxTrouble)
}

// markOfTrust returns the mark for an answer about trust.
func markOfTrust(status string) mark {
	m := markOfStatus(status)
	switch checks.Status(status) {
	case checks.OK:
		m.word = "Trusted"
	case checks.Unknown:
		m.word = "Unknown"
	default:
		m.word = "Not trusted"
	}
	return m
}
