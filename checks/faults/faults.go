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
	Remedy   string // imperative; "" where there is nothing to do
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
