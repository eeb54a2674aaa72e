package device

// A Statement is one thing that holds for every whole backup, and whether it was shown for
// this one. Package checks draws conclusions from them.
type Statement struct {
	ID     StatementID `json:"id" privacy:"public"`               // which statement
	Shown  Shown       `json:"shown" privacy:"public"`            // true, false, unknown or not-asked
	Count  uint64      `json:"count,omitempty"`                   // number of files, or rows of the list, it was shown for
	Of     uint64      `json:"of,omitempty"`                      // out of this many
	Faults []string    `json:"faults,omitempty" privacy:"public"` // modes of faults that refute it or leave it open
	Detail string      `json:"detail,omitempty" privacy:"public"` // why it was not shown, if no fault says so
}

// StatementID names a statement. IDs are kebab-case and never renamed.
type StatementID string

// Statements, in the order in which a proof lists them.
const (
	StatementLayout    StatementID = "layout"    // the folder contains a device backup in a supported layout
	StatementKind      StatementID = "kind"      // Manifest.plist says whether the backup is encrypted, and nothing contradicts it
	StatementState     StatementID = "state"     // the last backup to the folder completed: Status.plist says finished or removing
	StatementInfo      StatementID = "info"      // Info.plist exists and can be read
	StatementDevice    StatementID = "device"    // Info.plist and Manifest.plist name the same device
	StatementList      StatementID = "list"      // the list of files was parsed to its end, and nothing suggests that it is incomplete
	StatementFiles     StatementID = "files"     // every listed file exists
	StatementLengths   StatementID = "lengths"   // no file is too short, and none is too long where a digest could settle it
	StatementPadding   StatementID = "padding"   // every encrypted file's key can be unwrapped, and its padding is correct
	StatementDigests   StatementID = "digests"   // every recorded digest matches
	StatementDatabases StatementID = "databases" // databases not covered by a digest pass SQLite's integrity check
	StatementUnchanged StatementID = "unchanged" // nothing in the folder changed during verification
)

// StatementIDs lists all statement IDs in that order.
var StatementIDs = []StatementID{
	StatementLayout, StatementKind, StatementState, StatementInfo, StatementDevice, StatementList, StatementFiles,
	StatementLengths, StatementPadding, StatementDigests, StatementDatabases, StatementUnchanged,
}

// Shown is whether a statement was shown. The zero value is none of the constants, and
// shows nothing.
type Shown string

const (
	ShownTrue    Shown = "true"
	ShownFalse   Shown = "false"
	ShownNeither Shown = "unknown"   // it could not be shown
	NotLookedAt  Shown = "not-asked" // not checked at this depth, or without a password
)

// Statement returns the statement with the given ID. If the proof does not have it, Shown
// is empty.
func (p Proof) Statement(id StatementID) Statement {
	for _, s := range p.Statements {
		if s.ID == id {
			return s
		}
	}
	return Statement{ID: id}
}
