package format

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/checks/words"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// section prints one part of every device under a heading. Devices with the same text share it.
// It generates each text twice, so that those of thousands of devices are not held in memory.
func (p *page) section(title string, labels []string, r report.Report, part func(report.Device) []string) {
	type group struct {
		labels []string
		first  int // device
	}
	var groups []group
	known := map[[sha256.Size]byte]int{} // number of a group by its text
	for i, d := range r.All() {
		lines := part(d)
		if len(lines) == 0 {
			continue
		}
		text := sha256.Sum256([]byte(strings.Join(lines, "\n")))
		same, ok := known[text]
		if !ok {
			known[text] = len(groups)
			groups = append(groups, group{[]string{labels[i]}, i})
			continue
		}
		groups[same].labels = append(groups[same].labels, labels[i])
	}
	for _, g := range groups {
		heading := title
		if len(r.Devices) > 1 {
			heading += ": " + strings.Join(convert(g.labels, device.Quoted), ", ")
		}
		p.heading(heading)
		p.print(part(r.Devices[g.first].Whole())...)
	}
}

// plan returns a device's remedies, numbered, with their actions lettered.
func (p *page) plan(d report.Device) []string {
	var lines []string
	var addresses []string
	for i, step := range d.Plan {
		lines = append(lines, p.hang(fmt.Sprintf("%2d. ", i+1), bold, stepTitle(step))...)
		if step.Risk != "" {
			lines = append(lines, p.hang("    Risk: ", yellow, step.Risk)...)
		}
		for j, action := range step.Steps {
			lines = append(lines, p.hang("    "+letter(j)+" ", plain, action)...)
		}
		if p.All && len(step.For) > 0 {
			lines = append(lines, p.hang("    For: ", dim, strings.Join(convert(step.For, device.Token), ", "))...)
		}
		for _, source := range step.Sources {
			if source.URL != "" && !slices.Contains(addresses, source.URL) {
				addresses = append(addresses, source.URL)
			}
		}
	}
	return append(lines, p.addresses(addresses)...)
}

// addresses puts each address on its own line, indented if all of them fit.
func (p *page) addresses(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	lead := "    "
	lines := p.hang("", plain, "Documented at")
	if slices.ContainsFunc(list, func(address string) bool { return columns(lead+p.text(address)) > p.Width }) {
		lead = ""
	}
	for _, address := range list {
		lines = append(lines, p.hang(lead, plain, address)...)
	}
	return lines
}

// stepTitle returns the title of a remedy, and who performs it unless that is the device's user
// or the title says so.
func stepTitle(s report.Step) string {
	if s.Actor == "" || remedies.Actor(s.Actor) == remedies.User || strings.Contains(strings.ToLower(s.Title), strings.ToLower(s.Actor)) {
		return s.Title
	}
	return s.Title + " (" + device.Token(s.Actor) + ")"
}

// letter returns a., b., … and numbers after z.
func letter(i int) string {
	if i >= 26 {
		return fmt.Sprintf("%d.", i+1)
	}
	return string(rune('a'+i)) + "."
}

// unread lists the checks that could not be run, grouped by reason. Checks that failed because
// the whole device did are only counted, unless All is set.
func (p *page) unread(d report.Device) []string {
	ended := report.Clean(reasonOf(d.Reason, d.Detail))
	var lines []string
	m := markOfStatus(string(checks.Unknown))
	for _, group := range unreadOf(d) {
		what := strings.Join(group.Checks, ", ")
		if group.Why == ended && !p.All {
			what = words.Count(len(group.Checks), "check")
		}
		lines = append(lines, p.hang(p.lead(m), m.style, group.Why+": "+what)...)
	}
	return lines
}

// An unreadGroup is the checks of a device that could not be run for the same reason.
type unreadGroup struct {
	Why    string   // in words
	Checks []string // ids
}

// unreadOf groups the checks that could not be run by reason, in the order of the findings.
func unreadOf(d report.Device) []unreadGroup {
	var groups []unreadGroup
	for _, f := range d.Findings {
		if checks.Status(f.Status) != checks.Unknown {
			continue
		}
		why := report.Clean(reasonOf(f.Reason, f.Detail))
		i := slices.IndexFunc(groups, func(g unreadGroup) bool { return g.Why == why })
		if i < 0 {
			i = len(groups)
			groups = append(groups, unreadGroup{Why: why})
		}
		groups[i].Checks = append(groups[i].Checks, report.Clean(device.Token(f.Check)))
	}
	return groups
}

// reasonOf describes a reason in words.
func reasonOf(reason, detail string) string {
	return device.Gap{Reason: device.Reason(reason), Detail: detail}.Error()
}

// questions prints the questions in full; without All, the footer counts them.
func (p *page) questions(d report.Device) []string { return p.answers(d, checks.Ask) }

// healthy lists the healthy findings.
func (p *page) healthy(d report.Device) []string { return p.answers(d, checks.OK) }

// suppressed lists the suppressed findings.
func (p *page) suppressed(d report.Device) []string {
	var lines []string
	m := markOfStatus(string(checks.Ask))
	for _, s := range d.Suppressed {
		because := "because: " + device.Quoted(s.Because)
		if !s.Until.IsZero() {
			because += "; until " + words.Date(s.Until)
		}
		under := strings.Repeat(" ", columns(p.lead(m)))
		lines = append(lines, p.hang(p.lead(m), m.style, s.Summary)...)
		lines = append(lines, p.hang(under, plain, caseName(s.Check, s.Subject))...)
		lines = append(lines, p.hang(under, dim, because)...)
	}
	return lines
}

// answers returns the findings with a status, each with the id of its check.
func (p *page) answers(d report.Device, status checks.Status) []string {
	var lines []string
	m := markOfStatus(string(status))
	for _, f := range d.Findings {
		if checks.Status(f.Status) == status {
			lines = append(lines, p.hang(p.lead(m), m.style, f.Summary)...)
			lines = append(lines, p.hang(strings.Repeat(" ", columns(p.lead(m))), plain, device.Token(f.Check))...)
		}
	}
	return lines
}
