package device

import "time"

// Backup is one local backup of a device in a folder on this computer.
type Backup struct {
	Folder    string   `json:"folder" privacy:"private"` // path with links resolved
	Archived  bool     `json:"archived,omitempty"`       // archived copy, <UDID>-YYYYMMDD-HHMMSS, or another one that the next backup does not use
	InLibrary bool     `json:"inLibrary,omitempty"`      // copy of this program: LIBRARY/UDID/DATE/UDID; no other program uses it
	Device    Identity `json:"device"`                   // Info.plist, else Manifest.plist / Lockdown, else the folder's name

	Date           Fact[time.Time] `json:"date,omitzero"`                            // Status.plist / Date: about when it ran; does not prove that it succeeded
	LastBackupDate Fact[time.Time] `json:"lastBackupDate,omitzero"`                  // Info.plist / Last Backup Date
	SnapshotState  Fact[string]    `json:"snapshotState,omitzero" privacy:"public"`  // Status.plist / SnapshotState: uploading, moving, removing, finished
	Full           Fact[bool]      `json:"full,omitzero"`                            // Status.plist / IsFullBackup; false means incremental, not a fault
	Encrypted      Fact[bool]      `json:"encrypted,omitzero"`                       // Manifest.plist / IsEncrypted
	PasscodeSet    Fact[bool]      `json:"passcodeSet,omitzero"`                     // Manifest.plist / WasPasscodeSet: the device had a passcode
	ManifestFormat Fact[string]    `json:"manifestFormat,omitzero" privacy:"public"` // Manifest.plist / Version: 9.1, 10.0
	HostSoftware   Fact[string]    `json:"hostSoftware,omitzero" privacy:"public"`   // Info.plist / iTunes Version
	HostSystem     Fact[string]    `json:"hostSystem,omitzero" privacy:"public"`     // Info.plist / macOS Version or Windows OS Version
	FreeBytes      Fact[uint64]    `json:"freeBytes,omitzero"`                       // free space on the disk of the folder
	Proof          Fact[Proof]     `json:"proof,omitzero"`                           // result of verification; not asked if not verified
}

// ProofVerdict is whether a backup is whole, broken, or neither can be proved. Package
// checks derives it from a Proof.
type ProofVerdict string

const (
	Whole      ProofVerdict = "whole"       // every statement required at this depth was shown true
	Broken     ProofVerdict = "broken"      // a statement was shown false
	CannotTell ProofVerdict = "cannot-tell" // no statement was shown false, but some could not be shown
)

// ProofDepth is how thorough a verification was.
type ProofDepth string

const (
	QuickLook ProofDepth = "quick" // folders, property lists, manifest and lengths; no contents
	DeepLook  ProofDepth = "deep"  // also the digest of each file that has one, and the padding of encrypted files
)

// Proof is the result of verifying a backup: which statements about it were shown true or
// false, and various counts. Package checks derives from it whether the backup is whole.
type Proof struct {
	Depth      ProofDepth  `json:"depth" privacy:"public"` // how thorough the verification was
	Statements []Statement `json:"statements,omitempty"`   // in the order of StatementIDs
	NextFails  bool        `json:"nextFails"`              // a fault will make the next backup to this folder fail

	Listed      uint64 `json:"listed"`      // files in the manifest
	Found       uint64 `json:"found"`       // listed files that are in the folder
	StoredBytes uint64 `json:"storedBytes"` // total length of the files found

	LengthsByHeader uint64 `json:"lengthsByHeader,omitempty"` // databases whose length matches page size × page count in their header
	LengthsUnknown  uint64 `json:"lengthsUnknown,omitempty"`  // files without a length in the manifest
	Longer          uint64 `json:"longer,omitempty"`          // files without a digest that are longer than recorded
	Unlisted        uint64 `json:"unlisted,omitempty"`        // files named like backup files that are not in the manifest
	DigestsRight    uint64 `json:"digestsRight"`              // files read in full whose digest matches; 0 at depth quick
	DigestedBytes   uint64 `json:"digestedBytes"`             // bytes read to compare digests
	DigestsLeft     uint64 `json:"digestsLeft,omitempty"`     // files whose digest was not compared at this depth, or cannot be
	WithoutDigest   uint64 `json:"withoutDigest"`             // files without a digest, of which only the length could be compared
	ReceivedRight   uint64 `json:"receivedRight,omitempty"`   // files that match the SHA-256 recorded when the device sent them

	ProvedAt time.Time `json:"provedAt,omitzero"` // when a recorded proof was made, if nothing has changed since; zero for a new proof

	Faults []BackupFault `json:"faults,omitempty"` // one per mode, most severe first
}

// BackupFault is one kind of fault in a backup, with a count of the files affected. What a
// mode means and how to fix it is not a fact; checks/faults looks it up by ID.
type BackupFault struct {
	Mode     string          `json:"mode" privacy:"public"`             // ID: blob-missing
	Detail   string          `json:"detail,omitempty" privacy:"public"` // what was found
	Count    uint64          `json:"count,omitempty"`                   // files affected; 0 if it affects the backup as a whole
	Total    uint64          `json:"total,omitempty"`                   // out of this many
	Examples []BackupProblem `json:"examples,omitempty"`                // the first few of the files affected
}

// BackupProblem is one affected file of a backup.
type BackupProblem struct {
	Domain string `json:"domain,omitempty" privacy:"private"` // HomeDomain, AppDomain-…
	Path   string `json:"path,omitempty" privacy:"private"`   // relative to the domain, or to the backup's folder for a file that is not in the manifest
	FileID string `json:"fileID,omitempty" privacy:"private"` // the name it is stored under
	Detail string `json:"detail,omitempty" privacy:"public"`  // what was found
}
