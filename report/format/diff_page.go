package format

import (
	"fmt"
	"io"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// stateMarks maps the states of causes to marks, in display order.
var stateMarks = []struct {
	state string
	mark  mark
}{
	{report.CauseNew, mark{"✗", "[x]", "New", red}},
	{report.CauseStill, mark{"!", "[!]", "Still there", yellow}},
	{report.CauseUnknown, mark{"?", "[?]", "Cannot tell", cyan}},
	{report.CauseGone, mark{"-", "[-]", "Gone with its device", plain}},
	{report.CauseSuppressed, mark{"-", "[-]", "Suppressed", plain}},
	{report.CauseFixed, mark{"✓", "[+]", "Fixed", green}},
}

// WriteDiff writes a diff for a terminal: the causes grouped by state, each with its device,
// and then the counts.
func WriteDiff(w io.Writer, d report.Diff, o Options) error {
	p := newPage(o)
	for _, s := range stateMarks {
		var lines []string
		for _, changed := range d.Devices {
			for _, c := range changed.Changes {
				if c.State == s.state {
					text := p.label(deviceOfDiff(changed)) + ": " + c.Short
					if c.Subject != "" {
						text += " (" + device.Quoted(c.Subject) + ")"
					}
					lines = append(lines, p.hang(p.lead(s.mark), s.mark.style, text)...)
					lines = append(lines, p.hang(strings.Repeat(" ", columns(p.lead(s.mark))), plain, c.Summary)...)
				}
			}
		}
		if len(lines) > 0 {
			p.heading(s.mark.word)
			p.print(lines...)
		}
	}
	p.missing(d)
	if !p.empty() {
		p.print("")
	}
	if between := p.betweenOf(d); between != "" {
		p.print(p.hang("", plain, between)...)
	}
	p.print(p.hang("", plain, changesOf(d))...)
	return p.write(w)
}

// missing lists the devices that are only in the older report.
func (p *page) missing(d report.Diff) {
	var lines []string
	m := mark{"-", "[-]", "Missing", plain}
	for _, changed := range d.Devices {
		if changed.After == "" {
			lines = append(lines, p.hang(p.lead(m), m.style, p.label(deviceOfDiff(changed))+": not seen since; "+checks.Verdict(changed.Before).Label()+" then")...)
		}
	}
	if len(lines) > 0 {
		p.heading(m.word)
		p.print(lines...)
	}
}

// deviceOfDiff returns the fields of a device that make up its label.
func deviceOfDiff(d report.DeviceDiff) report.Device {
	return report.Device{UDID: d.UDID, Name: d.Name, Slot: d.Slot, ModelName: d.ModelName}
}

// betweenOf returns the two dates compared, or "" if unknown.
func (p *page) betweenOf(d report.Diff) string {
	if d.Old.IsZero() || d.New.IsZero() {
		return ""
	}
	return "From " + words.Moment(p.in(d.Old)) + " to " + words.Moment(p.in(d.New)) + "."
}

// changesOf counts the changes. Without any, it says of how many devices that was found: nothing is
// known of one that was not examined both times.
func changesOf(d report.Diff) string {
	c := d.Changes
	if c == (report.ChangeCounts{}) {
		compared := 0
		for _, of := range d.Devices {
			if wasExamined(of.Before) && wasExamined(of.After) {
				compared++
			}
		}
		switch compared {
		case 0:
			return "No device was examined both times, so there is nothing to compare."
		case len(d.Devices):
			return "No cause was found before, and none now."
		default:
			return fmt.Sprintf("No cause was found before, and none now, on %d of %s: the others were not examined both times.", compared, words.Count(len(d.Devices), "device"))
		}
	}
	text := fmt.Sprintf("%d new · %d still there · %d fixed", c.New, c.Still, c.Fixed)
	for _, more := range []struct {
		count int
		word  string
	}{{c.CannotTell, "cannot tell"}, {c.Gone, "gone"}, {c.Suppressed, "suppressed"}} {
		if more.count > 0 {
			text += fmt.Sprintf(" · %d %s", more.count, more.word)
		}
	}
	return text
}

// wasExamined reports whether a verdict is of a device that was examined.
func wasExamined(verdict string) bool {
	return verdict != "" && checks.Verdict(verdict) != checks.NotExamined
}
