package format

import (
	"fmt"
	"io"
	"slices"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/report"
)

// ExplainMeanings writes the meaning of each error code and message, then one plan for all of
// them, worded for the newest version and no particular model.
func ExplainMeanings(w io.Writer, meanings []codes.Meaning, o Options) error {
	p := newPage(o)
	for _, m := range meanings {
		p.meaning(m)
	}
	if plan := codes.PlanOf(meanings); len(plan) > 0 {
		p.heading("Remedies, cheapest and safest first")
		p.print(p.plan(report.Device{Plan: convert(plan, report.NewStep)})...)
	}
	p.heading("Sources of the meanings")
	for _, source := range sourcesOf(meanings) {
		p.print(p.hang("- ", plain, source.Title)...)
		p.print(p.hang("  ", plain, source.URL)...)
	}
	if slices.ContainsFunc(meanings, codes.Meaning.Unofficial) {
		p.heading("How far to trust this")
		p.print(p.hang("", plain, codes.UnofficialNote)...)
	}
	if id := firstCause(meanings); id != "" {
		p.print("")
		p.print(p.hang("Next: ", plain, "backupdoctor explain "+id)...)
	}
	return p.write(w)
}

// meaning prints the meaning of one code or message.
func (p *page) meaning(m codes.Meaning) {
	p.heading(m.Title())
	if m.InICloud != "" {
		p.print(p.hang("", plain, "In iCloud Backup: "+m.InICloud)...)
	}
	if m.InComputerBackup != "" {
		p.print(p.hang("", plain, "In a backup to a computer: "+m.InComputerBackup)...)
	}
	if m.Shown != "" {
		p.print(p.hang("", plain, "Settings shows "+m.Shown+".")...)
	}
	if m.Becomes != 0 {
		p.print(p.hang("", plain, fmt.Sprintf("backupd makes %s/%d of it.", codes.MBErrorDomain, m.Becomes))...)
	}
	if m.Passing {
		p.print(p.hang("", plain, "backupd takes it for passing, and tries again by itself.")...)
	}
	if len(m.Checks) > 0 {
		p.print(p.hang("", plain, "One of these may not hold:")...)
	}
	all := checks.All()
	for _, id := range m.Checks {
		if i := slices.IndexFunc(all, func(c *checks.Check) bool { return c.ID == id }); i >= 0 {
			p.print(p.hang("- ", plain, all[i].Title+" ("+id+")")...)
		}
	}
}

// sourcesOf returns the sources of meanings without duplicates.
func sourcesOf(meanings []codes.Meaning) []remedies.Source {
	var list []remedies.Source
	for _, m := range meanings {
		for _, source := range m.Sources {
			if !slices.Contains(list, source) {
				list = append(list, source)
			}
		}
	}
	return list
}

// firstCause returns the id of the likeliest cause, or "" if unknown.
func firstCause(meanings []codes.Meaning) string {
	for _, m := range meanings {
		if len(m.Checks) > 0 {
			return m.Checks[0]
		}
	}
	return ""
}
