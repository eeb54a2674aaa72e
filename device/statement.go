package device

// A Statement is one thing that is so of every whole backup, and whether it was shown of
// this one. What a list of them amounts to is for package checks to conclude.
type Statement struct {
	ID     StatementID `json:"id" privacy:"public"`               // which statement
	Shown  Shown       `json:"shown" privacy:"public"`            // true, false, unknown or not-asked
	Count  uint64      `json:"count,omitempty"`                   // how many files, or rows of the list, it was shown of
	Of     uint64      `json:"of,omitempty"`                      // of how many
	Faults []string    `json:"faults,omitempty" privacy:"public"` // the modes that refute it or leave it open
	Detail string      `json:"detail,omitempty" privacy:"public"` // why it was not shown, where no fault says so
}

// StatementID names a statement: kebab-case, never renamed.
type StatementID string

// The statements, in the order in which a proof lists them.
const (
	StatementLayout    StatementID = "layout"    // the folder holds the backup of a device, in a layout that is read
	StatementKind      StatementID = "kind"      // Manifest.plist says whether the backup is encrypted, and nothing contradicts it
	StatementState     StatementID = "state"     // the last backup to the folder ended: Status.plist says finished, or removing
	StatementInfo      StatementID = "info"      // Info.plist is there and can be read
	StatementDevice    StatementID = "device"    // Info.plist and Manifest.plist name the same device
	StatementList      StatementID = "list"      // the list of files is parsed to its end, and complete as far as anything tells
	StatementFiles     StatementID = "files"     // every listed file is there
	StatementLengths   StatementID = "lengths"   // no file is shorter than it must be, and none longer in a way that a digest could settle
	StatementPadding   StatementID = "padding"   // every encrypted file's key unwraps, and its padding is right
	StatementDigests   StatementID = "digests"   // every recorded digest is right
	StatementDatabases StatementID = "databases" // the databases inside that are not vouched for by a digest pass SQLite's own check
	StatementUnchanged StatementID = "unchanged" // nothing in the folder changed during the look
)

// StatementIDs are all of them, in that order.
var StatementIDs = []StatementID{
	StatementLayout, StatementKind, StatementState, StatementInfo, StatementDevice, StatementList, StatementFiles,
	StatementLengths, StatementPadding, StatementDigests, StatementDatabases, StatementUnchanged,
}

// Shown is whether a statement was shown. The zero value is none of these, and shows
// nothing.
type Shown string

const (
	ShownTrue    Shown = "true"
	ShownFalse   Shown = "false"
	ShownNeither Shown = "unknown"   // it could not be shown
	NotLookedAt  Shown = "not-asked" // this depth, or a look without a password, does not ask
)

// Statement returns the statement with an id; its zero value if the proof has none.
func (p Proof) Statement(id StatementID) Statement {
	for _, s := range p.Statements {
		if s.ID == id {
			return s
		}
	}
	return Statement{ID: id}
}
