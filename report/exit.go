package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// The exit codes, the same in every format.
const (
	ExitNoProblem   = 0
	ExitProblems    = 1
	ExitUsage       = 2
	ExitNotExamined = 3
	ExitNoDevice    = 4
	ExitNoMux       = 5
	ExitInterrupted = 130
)

// An Exit is an exit code and what it means.
type Exit struct {
	Code    int    `json:"code"`    // as the shell sees it
	Meaning string `json:"meaning"` // in words
}

// FailOn is the level at which a run fails. Devices that were not examined, or only partly
// read, fail it at every level.
type FailOn string

const (
	Unproved FailOn = "unproved" // the default: anything not proved to be backed up
	Warning  FailOn = "warning"  // also passes no-cause-found
	Problem  FailOn = "problem"  // also passes at-risk
)

// Levels returns every level, the strictest first.
func Levels() []FailOn { return []FailOn{Unproved, Warning, Problem} }

// Exits returns every exit code, in order. Help texts and the README are generated from it.
func Exits() []Exit {
	return []Exit{
		{ExitNoProblem, "every device is backed up, or suppressed; every backup is whole; every copy was proved"},
		{ExitProblems, "a device is failing or at risk; a backup or a new copy is broken"},
		{ExitUsage, "the command, its input or its output could not be used"},
		{ExitNotExamined, "a device was not examined or read only in part (wins over 1), or has no cause found; a backup could not be judged; a copy was refused, not finished or not proved"},
		{ExitNoDevice, "no device is attached, or no backup was found"},
		{ExitNoMux, "usbmuxd could not be reached, or did not list the devices"},
		{ExitInterrupted, "interrupted"},
	}
}

// ExitTable formats the exit codes, one per line, right-aligned.
func ExitTable() string {
	var table strings.Builder
	for _, exit := range Exits() {
		fmt.Fprintf(&table, "%3d  %s\n", exit.Code, exit.Meaning)
	}
	return table.String()
}

// ExitCode returns the exit code of the run.
func (r Report) ExitCode() int { return r.Exit.Code }

// exitOf returns the exit code of a finished report. It depends on the verdicts of the devices
// and on whether each was fully read.
func exitOf(r Report) Exit {
	code := ExitNoProblem
	switch {
	case interrupted(r):
		code = ExitInterrupted
	case r.Subject == OfBackups:
		code = backupsCode(r)
	case r.OfCopies():
		code = copiesCode(r)
	case len(r.Devices) == 0 && slices.ContainsFunc(r.Gaps, ofMux):
		code = ExitNoMux
	case len(r.Devices) == 0 && len(r.Gaps) > 0:
		code = ExitNotExamined
	case len(r.Devices) == 0 && r.MDM == nil:
		code = ExitNoDevice
	case len(r.Gaps) > 0:
		code = ExitNotExamined
	default:
		code = devicesCode(r.Devices, FailOn(r.FailOn))
		if code == ExitNoProblem {
			code = mdmCode(r.MDM, FailOn(r.FailOn))
		}
	}
	return ExitOf(code)
}

// ExitOf returns the entry of the table for a code.
func ExitOf(code int) Exit {
	table := Exits()
	return table[slices.IndexFunc(table, func(e Exit) bool { return e.Code == code })]
}

// devicesCode returns the exit code for devices at a level, in the order of the table: unread
// devices, then causes, then devices with neither a cause nor proof of a backup.
func devicesCode(devices []Device, level FailOn) int {
	has := func(is func(Device) bool) bool { return slices.ContainsFunc(devices, is) }
	verdict := func(v checks.Verdict) func(Device) bool {
		return func(d Device) bool { return d.Verdict == string(v) }
	}
	switch {
	case has(Unfinished):
		return ExitNotExamined
	case has(verdict(checks.Failing)), has(verdict(checks.AtRisk)) && level != Problem:
		return ExitProblems
	case has(verdict(checks.NoCauseFound)) && level != Warning && level != Problem:
		return ExitNotExamined
	default:
		return ExitNoProblem
	}
}

// CodeOf returns the exit code for one device at the level of the report.
func (r Report) CodeOf(d Device) int { return devicesCode([]Device{d}, FailOn(r.FailOn)) }

// NeedsAttention reports whether a device makes the exit code nonzero at the default level, so
// that someone has to act. It does not consider its copy.
func NeedsAttention(d Device) bool { return devicesCode([]Device{d}, Unproved) != ExitNoProblem }

// backupsCode returns the exit code of a report about backups, by the same rules as for
// devices.
func backupsCode(r Report) int {
	var counts BackupCounts
	for _, d := range r.Devices {
		counts.add(inUse(d.Backups))
	}
	switch {
	case counts.CannotTell > 0 || slices.ContainsFunc(r.Places, func(p Place) bool { return p.Reason != "" }):
		return ExitNotExamined
	case counts.Broken > 0:
		return ExitProblems
	case counts == BackupCounts{}:
		return ExitNoDevice
	default:
		return ExitNoProblem
	}
}

// inUse returns the backups that the next backup builds on. Archived copies count only if there
// is nothing else: next to a newer backup, a broken archive does no harm.
func inUse(backups []Backup) []Backup {
	list := slices.DeleteFunc(slices.Clone(backups), func(b Backup) bool { return b.Archived })
	if len(list) == 0 {
		return backups
	}
	return list
}

// ofMux reports whether a gap is about usbmuxd as a whole.
func ofMux(g Gap) bool {
	return !ofPastRun(g) && g.Reason != string(device.BadEntry) && g.Reason != string(device.ListOnly) && g.Reason != string(device.OutOfTime)
}

// interrupted reports whether the user stopped the run.
func interrupted(r Report) bool {
	return slices.ContainsFunc(r.Gaps, func(g Gap) bool { return g.Reason == string(device.Interrupted) }) ||
		slices.ContainsFunc(r.Devices, func(d Device) bool { return d.Reason == string(device.Interrupted) })
}

// Unfinished reports whether a device was not examined, or only in part. An unknown verdict
// counts as unfinished.
func Unfinished(d Device) bool {
	switch checks.Verdict(d.Verdict) {
	case checks.Failing, checks.AtRisk, checks.NoCauseFound, checks.BackedUp, checks.Suppressed:
		return d.Incomplete || d.Reason != ""
	default:
		return true
	}
}
