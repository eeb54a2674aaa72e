package checks

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// statementTitles are the texts of the statements of a proof.
var statementTitles = map[device.StatementID]string{
	device.StatementLayout:    "The folder holds a backup of a device, in a layout that can be read",
	device.StatementKind:      "Manifest.plist says whether the backup is encrypted, and nothing contradicts it",
	device.StatementState:     "The last backup to the folder finished",
	device.StatementInfo:      "Info.plist is there and readable",
	device.StatementDevice:    "Info.plist and Manifest.plist do not name different devices",
	device.StatementList:      "The list of files was read to its end, and nothing shows that it is incomplete",
	device.StatementFiles:     "Every listed file is there",
	device.StatementLengths:   "No file is shorter than it must be, or longer where a digest would have to decide",
	device.StatementPadding:   "The key of every encrypted file unwraps, and its padding is right",
	device.StatementDigests:   "Every recorded digest is right",
	device.StatementDatabases: "No well-known database is damaged without a digest that is right",
	device.StatementUnchanged: "Nothing in the folder changed during the examination",
}

// StatementTitle returns the text of a statement; "" for one that this version does not know.
func StatementTitle(id device.StatementID) string { return statementTitles[id] }

// whereAsked are the statements required only in some verifications: padding needs the
// password, digests and inner databases a deep verification. All others are required at any
// depth.
var whereAsked = []device.StatementID{device.StatementPadding, device.StatementDigests, device.StatementDatabases}

// NeedsStatement reports whether a backup can be whole only if this statement is shown.
func NeedsStatement(s device.Statement) bool {
	return s.Shown != device.NotLookedAt || !slices.Contains(whereAsked, s.ID)
}

// BackupVerdict concludes from the statements of a proof whether a backup is whole at the
// requested depth. A statement shown false breaks it; a required one that was not shown, or is
// missing from the proof, leaves it open. Nothing else counts.
func BackupVerdict(proof device.Proof) device.ProofVerdict {
	for _, s := range proof.Statements {
		if s.Shown == device.ShownFalse {
			return device.Broken
		}
	}
	if len(OpenStatements(proof)) > 0 {
		return device.CannotTell
	}
	return device.Whole
}

// OpenStatements returns the required statements that a proof does not show, in order.
func OpenStatements(proof device.Proof) []device.Statement {
	var open []device.Statement
	for _, id := range device.StatementIDs {
		s := proof.Statement(id)
		needed := NeedsStatement(s) || id == device.StatementDigests && proof.Depth == device.DeepLook
		if needed && s.Shown != device.ShownTrue {
			open = append(open, s)
		}
	}
	return open
}
