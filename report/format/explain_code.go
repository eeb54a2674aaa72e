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

// ExplainMeanings writes what error codes and messages mean, each on its own, then what to
// do about all of them together, in the wording of the newest version and of no model in
// particular.
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

// meaning prints what one code or message means.
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

// sourcesOf lists the sources of meanings, each once.
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

// firstCause is the id of the likeliest cause, or "" if none is known.
func firstCause(meanings []codes.Meaning) string {
	for _, m := range meanings {
		if len(m.Checks) > 0 {
			return m.Checks[0]
		}
	}
	return ""
}
