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

// Exits returns every exit code, in order. It is the only table of them: help texts and
// the README print it.
func Exits() []Exit {
	return []Exit{
		{ExitNoProblem, "no problem found"},
		{ExitProblems, "problems found"},
		{ExitUsage, "the command, its input or its output could not be used"},
		{ExitNotExamined, "a device or backup could not be examined, or not to the end (wins over 1)"},
		{ExitNoDevice, "no device is attached, or no backup was found"},
		{ExitNoMux, "usbmuxd could not be reached, or did not list the devices"},
		{ExitInterrupted, "interrupted"},
	}
}

// ExitTable renders the exit codes one a line, the codes aligned to the right.
func ExitTable() string {
	var table strings.Builder
	for _, exit := range Exits() {
		fmt.Fprintf(&table, "%3d  %s\n", exit.Code, exit.Meaning)
	}
	return table.String()
}

// ExitCode is the exit code of the run.
func (r Report) ExitCode() int { return r.Exit.Code }

// exitOf decides the exit code of a finished report. What cannot be read over USB at all
// never makes a run fail: only the verdicts count, and whether each device was read to its
// end.
func exitOf(r Report) Exit {
	code := ExitNoProblem
	switch {
	case interrupted(r):
		code = ExitInterrupted
	case r.Subject == OfBackups:
		code = backupsCode(r)
	case len(r.Devices) == 0 && slices.ContainsFunc(r.Gaps, ofMux):
		code = ExitNoMux
	case len(r.Devices) == 0 && len(r.Gaps) > 0:
		code = ExitNotExamined
	case len(r.Devices) == 0:
		code = ExitNoDevice
	case len(r.Gaps) > 0 || slices.ContainsFunc(r.Devices, Unfinished):
		code = ExitNotExamined
	case r.Summary.Failing > 0:
		code = ExitProblems
	}
	table := Exits()
	return table[slices.IndexFunc(table, func(e Exit) bool { return e.Code == code })]
}

// backupsCode is the exit code of a report about backups: the same in spirit as that of one
// about devices.
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

// inUse are the backups of a device that the next one builds on. Archived copies count only
// where there is no other: beside a newer backup a broken one stands in nobody's way.
func inUse(backups []Backup) []Backup {
	list := slices.DeleteFunc(slices.Clone(backups), func(b Backup) bool { return b.Archived })
	if len(list) == 0 {
		return backups
	}
	return list
}

// ofMux reports whether a gap is about usbmuxd as a whole.
func ofMux(g Gap) bool {
	return g.Reason != string(device.BadEntry) && g.Reason != string(device.OutOfTime)
}

// interrupted reports whether the person at the computer stopped the run.
func interrupted(r Report) bool {
	return slices.ContainsFunc(r.Gaps, func(g Gap) bool { return g.Reason == string(device.Interrupted) }) ||
		slices.ContainsFunc(r.Devices, func(d Device) bool { return d.Reason == string(device.Interrupted) })
}

// Unfinished reports whether a device was not examined, or not to the end.
func Unfinished(d Device) bool {
	return d.Verdict == string(checks.NotExamined) || d.Reason != ""
}
