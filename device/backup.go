package device

import "time"

// Backup is one local backup of a device, in a folder on this computer.
type Backup struct {
	Folder   string   `json:"folder" privacy:"private"` // path, links followed
	Archived bool     `json:"archived,omitempty"`       // a frozen copy, by its name <UDID>-YYYYMMDD-HHMMSS; the next backup does not use it
	Device   Identity `json:"device"`                   // Info.plist, else Manifest.plist / Lockdown, else the folder's name

	Date           Fact[time.Time] `json:"date,omitzero"`                            // Status.plist / Date: about when it ran; no proof that it ended well
	LastBackupDate Fact[time.Time] `json:"lastBackupDate,omitzero"`                  // Info.plist / Last Backup Date
	SnapshotState  Fact[string]    `json:"snapshotState,omitzero" privacy:"public"`  // Status.plist / SnapshotState: uploading, moving, removing, finished
	Full           Fact[bool]      `json:"full,omitzero"`                            // Status.plist / IsFullBackup; false is an incremental one, no fault
	Encrypted      Fact[bool]      `json:"encrypted,omitzero"`                       // Manifest.plist / IsEncrypted
	PasscodeSet    Fact[bool]      `json:"passcodeSet,omitzero"`                     // Manifest.plist / WasPasscodeSet: the device had a passcode
	ManifestFormat Fact[string]    `json:"manifestFormat,omitzero" privacy:"public"` // Manifest.plist / Version: 9.1, 10.0
	HostSoftware   Fact[string]    `json:"hostSoftware,omitzero" privacy:"public"`   // Info.plist / iTunes Version
	HostSystem     Fact[string]    `json:"hostSystem,omitzero" privacy:"public"`     // Info.plist / macOS Version or Windows OS Version
	FreeBytes      Fact[uint64]    `json:"freeBytes,omitzero"`                       // free space on the disk the folder lies on
	Proof          Fact[Proof]     `json:"proof,omitzero"`                           // what verification found; not asked for if it was not verified
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

// Proof is what verification of a backup found: which statements about it were shown, and
// beside them what was counted. Whether that makes it whole is concluded by package checks.
type Proof struct {
	Depth      ProofDepth  `json:"depth" privacy:"public"` // how hard it was looked at
	Statements []Statement `json:"statements,omitempty"`   // in the order of StatementIDs
	NextFails  bool        `json:"nextFails"`              // a fault makes the next backup to this folder fail

	Listed      uint64 `json:"listed"`      // files in the manifest
	Found       uint64 `json:"found"`       // of those, in the folder
	StoredBytes uint64 `json:"storedBytes"` // length of the files found

	LengthsByHeader uint64 `json:"lengthsByHeader,omitempty"` // databases whose length was right by page size × page count in their header
	LengthsUnknown  uint64 `json:"lengthsUnknown,omitempty"`  // files whose length the manifest does not record
	Longer          uint64 `json:"longer,omitempty"`          // files longer than recorded that carry no digest
	Unlisted        uint64 `json:"unlisted,omitempty"`        // files named like one of the backup that the manifest does not list
	DigestsRight    uint64 `json:"digestsRight"`              // files read in full whose digest fits; 0 on a quick look
	DigestedBytes   uint64 `json:"digestedBytes"`             // bytes read for that
	DigestsLeft     uint64 `json:"digestsLeft,omitempty"`     // files with a digest that was not compared at this depth, or cannot be
	WithoutDigest   uint64 `json:"withoutDigest"`             // files that carry none, so that only their length could be compared
	ReceivedRight   uint64 `json:"receivedRight,omitempty"`   // files that are as the device sent them, by a SHA-256 that was kept then

	ProvedAt time.Time `json:"provedAt,omitzero"` // when it was found, if it was noted then and nothing changed since; zero if it was found now

	Faults []BackupFault `json:"faults,omitempty"` // one per mode, gravest first
}

// BackupFault is one way in which a backup is not as it should be, with the files it is
// about counted. What a mode means and what to do about it is no fact: checks/faults looks
// it up by id.
type BackupFault struct {
	Mode     string          `json:"mode" privacy:"public"`             // id: blob-missing
	Detail   string          `json:"detail,omitempty" privacy:"public"` // what was read
	Count    uint64          `json:"count,omitempty"`                   // files concerned; 0 if it is about the backup as a whole
	Total    uint64          `json:"total,omitempty"`                   // of how many
	Examples []BackupProblem `json:"examples,omitempty"`                // the first few of Count
}

// BackupProblem is one file of a backup and what is wrong with it.
type BackupProblem struct {
	Domain string `json:"domain,omitempty" privacy:"private"` // HomeDomain, AppDomain-…
	Path   string `json:"path,omitempty" privacy:"private"`   // relative to the domain; for what the manifest does not list, to the backup's folder
	FileID string `json:"fileID,omitempty" privacy:"private"` // the name it is stored under
	Detail string `json:"detail,omitempty" privacy:"public"`  // what was read
}
