// Package faults describes each fault of a local backup: its title, its severity, and what to
// do. device/backup finds the faults and records them by mode; the texts are looked up here, so
// that a recording cannot supply its own.
package faults

import "slices"

// Severity is how serious a fault is.
type Severity string

const (
	Unusable   Severity = "unusable"   // the copy cannot be used, or the next backup will fail
	Loss       Severity = "loss"       // part of the data is lost
	Suspicious Severity = "suspicious" // worth checking; nothing is lost by itself
	Note       Severity = "note"       // not a fault
	Unknown    Severity = "unknown"    // a mode that this version does not know
)

// A Fault describes one mode.
type Fault struct {
	Mode     string // ID, such as blob-missing
	Title    string // a statement of fact
	Severity Severity
	Action   Action
	Remedy   string // imperative; "" if there is nothing to do. See [RemedyIn]
}

// An Action is the kind of thing a remedy does, so that the remedies for one backup do not
// contradict each other.
type Action int

const (
	Other     Action = iota // anything else on the device or the computer
	Look                    // check the folder again, in more detail
	BackUp                  // make another backup over this one
	Again                   // the same, to finish an interrupted backup
	StartOver               // set the folder aside and make a full backup
)

// A Situation determines which remedies fit a backup.
type Situation struct {
	InLibrary bool     // a copy of this program, which no backup changes
	Archived  bool     // a copy that was set aside: no backup uses it
	NextFails bool     // the device refuses the next backup to the folder
	Modes     []string // all modes that were found
}

// RemedyIn returns what to do about one fault of a backup, given its other faults and the
// situation; "" if there is nothing to do.
func RemedyIn(mode string, s Situation) string {
	fault, _ := Find(mode)
	has := func(action Action) bool {
		return slices.ContainsFunc(s.Modes, func(mode string) bool { f, _ := Find(mode); return f.Action == action })
	}
	interrupted := slices.Contains(s.Modes, "interrupted-upload") || slices.Contains(s.Modes, "interrupted-move")
	switch {
	case fault.Action == Look:
		return fault.Remedy
	case s.InLibrary && (fault.Action == BackUp || fault.Action == Again || fault.Action == StartOver):
		return anotherCopy
	case s.InLibrary && (mode == "orphan" || mode == "encryption-required"): // the remedy is of a folder that backups build on
		return ""
	case s.Archived: // it is left as it is, and no backup builds on it
		return ""
	case fault.Action == Other:
		return fault.Remedy
	case slices.Contains(s.Modes, "decrypted-copy"): // no device backs up to it
		return ""
	case slices.Contains(s.Modes, "changed"): // a backup may be running
		return ""
	case interrupted && !s.NextFails && fault.Action != Again: // finishing the backup may add what is missing
		return ""
	case interrupted && !s.NextFails:
		return fault.Remedy
	case has(StartOver) && fault.Action != StartOver:
		return ""
	case has(Again) && fault.Action == BackUp:
		return ""
	default:
		return fault.Remedy
	}
}

// All returns every known fault, in the order in which a report lists them.
func All() []Fault { return slices.Clone(table) }

// Find returns the fault with this mode. If this version does not know the mode, ok is false
// and the fault says only that.
func Find(mode string) (fault Fault, ok bool) {
	i := slices.IndexFunc(table, func(f Fault) bool { return f.Mode == mode })
	if i < 0 {
		return Fault{Mode: mode, Title: "A fault that this version of backupdoctor does not know", Severity: Unknown}, false
	}
	return table[i], true
}
