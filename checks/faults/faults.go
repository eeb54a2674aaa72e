// Package faults holds what each fault of a local backup means: its title, how grave it
// is, and what to do. device/backup finds the faults and records them by mode; the words
// are looked up here, so that no recording brings its own.
package faults

import "slices"

// Severity is how grave a fault is.
type Severity string

const (
	Unusable   Severity = "unusable"   // the copy cannot be used, or the next backup will fail
	Loss       Severity = "loss"       // part of the data is lost
	Suspicious Severity = "suspicious" // worth a look; nothing is lost by itself
	Note       Severity = "note"       // no fault
	Unknown    Severity = "unknown"    // a mode that this version does not know
)

// A Fault is what one mode means.
type Fault struct {
	Mode     string // id: blob-missing
	Title    string // what is, as a statement
	Severity Severity
	Action   Action
	Remedy   string // imperative; "" where there is nothing to do. See [RemedyIn]
}

// An Action is what a remedy amounts to, so that those of one backup do not contradict each
// other.
type Action int

const (
	Other  Action = iota // something on the device, or on the computer
	Look                 // look at the folder again, in a way that tells more
	BackUp               // make another backup over this one
	Again                // the same, which finishes the one that stopped
	Anew                 // set the folder aside and make a full backup
)

// A Situation is what decides which remedies fit a backup.
type Situation struct {
	Archived  bool     // a copy that was set aside: no backup uses it
	NextFails bool     // the device refuses the next backup to the folder
	Modes     []string // everything that was found
}

// RemedyIn is what to do about one fault of a backup, as far as it fits the others and the
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
	case s.Archived: // it stays as it is, and nothing is built on it
		return ""
	case fault.Action == Other:
		return fault.Remedy
	case slices.Contains(s.Modes, "changed"): // a backup may be running
		return ""
	case interrupted && !s.NextFails && fault.Action != Again: // its end may bring what is missing
		return ""
	case interrupted && !s.NextFails:
		return fault.Remedy
	case has(Anew) && fault.Action != Anew:
		return ""
	case has(Again) && fault.Action == BackUp:
		return ""
	default:
		return fault.Remedy
	}
}

// All is every known fault, in the order in which a report lists them.
func All() []Fault { return slices.Clone(table) }

// Find returns the fault with this mode. ok is false for a mode that this version does not
// know: the fault then says so, and nothing else.
func Find(mode string) (fault Fault, ok bool) {
	i := slices.IndexFunc(table, func(f Fault) bool { return f.Mode == mode })
	if i < 0 {
		return Fault{Mode: mode, Title: "A fault that this version of backupdoctor does not know", Severity: Unknown}, false
	}
	return table[i], true
}
