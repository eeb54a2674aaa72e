package report

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
)

// A Report is the result of one run. Times are UTC, in RFC 3339. Lists are never null.
// Texts that a device sent are as it sent them: clean them before printing.
type Report struct {
	Header
	Tool      Tool       `json:"tool"`                // what wrote this
	Run       string     `json:"run,omitempty"`       // id of the run, a UUID; absent where a recording has none
	StartedAt time.Time  `json:"startedAt,omitzero"`  // when the run began; absent where a recording does not tell
	TakenAt   time.Time  `json:"takenAt,omitzero"`    // when the last device was read; absent without a device
	Host      Host       `json:"host,omitzero"`       // the computer that looked; absent without a device
	Releases  Releases   `json:"releases,omitzero"`   // the table of releases in use; absent if no device was compared with it
	Subject   string     `json:"subject"`             // what the run was about: devices, or the backups of them on this computer
	Redacted  bool       `json:"redacted"`            // names and identifiers were replaced by placeholders
	Partial   bool       `json:"partial"`             // devices may be missing: the run was interrupted, or a source could not be read
	Gaps      []Gap      `json:"gaps"`                // why devices may be missing, or archives were not read to their end
	Places    []Place    `json:"places"`              // folders in which backups were looked for
	Inventory *Inventory `json:"inventory,omitempty"` // which devices of an inventory were seen; absent without one
	MDM       *MDM       `json:"mdm,omitempty"`       // what a management system reports about devices that were not examined; absent without an export
	LeftOut   []LeftOut  `json:"leftOut"`             // devices that were listed and not examined, because they are on the network only
	Jobs      *Jobs      `json:"jobs,omitempty"`      // how many devices were examined at a time; absent where none was read
	Devices   []Device   `json:"devices"`             // those that need attention first, the gravest at the top; then by slot and port
	Summary   Summary    `json:"totals"`              // the devices counted
	FailOn    string     `json:"failOn"`              // what makes the exit code other than 0: unproved, warning or problem
	Exit      Exit       `json:"exit"`                // the exit code of the run, the same in every format
}

// Tool is the program that wrote a report.
type Tool struct {
	Name    string `json:"name"`    // backupdoctor
	Version string `json:"version"` // of the program
	Effect  string `json:"effect"`  // read-only: nothing on a device was changed
}

// Host is the computer that looked.
type Host struct {
	OS    string     `json:"os"`              // linux, darwin, windows
	Clock *HostClock `json:"clock,omitempty"` // what speaks against its clock; absent where nothing does
}

// A HostClock is a clock of the computer that several devices differ from alike.
type HostClock struct {
	AheadSeconds int `json:"aheadSeconds"` // how far it is ahead of the devices' clocks; negative if it is behind
	Devices      int `json:"deviceCount"`  // how many devices differ from it by about the same amount
}

// Releases says which table of Apple's releases the devices were compared with.
type Releases struct {
	TableDate   time.Time `json:"tableDate"`   // the day the table describes
	TableSource string    `json:"tableSource"` // embedded or updated
}

// A Gap is something that could not be reached, with the reason.
type Gap struct {
	Reason  string `json:"reason"`           // one of device's reasons: unreachable, timeout, interrupted, …
	Detail  string `json:"detail,omitempty"` // the other side's own name for the error
	Summary string `json:"summary"`          // the reason in words
	About   string `json:"about,omitempty"`  // archive where one of sysdiagnose was not read to its end, empty where devices may be missing
}

// A Device is one iPhone or iPad and what was found on it. One that could not be examined
// is listed too, with the verdict not-examined and a reason.
type Device struct {
	UDID           string    `json:"udid"`                   // its identifier, or a placeholder in a redacted report
	Serial         string    `json:"serial,omitempty"`       // its serial number, or a placeholder; absent if unknown
	Slot           string    `json:"slot,omitempty"`         // the place on the bench, by the name that was given to it; absent if it has none
	Location       string    `json:"location,omitempty"`     // the USB port: 0x14120000, on Linux 3-1.4.2; absent if usbmuxd does not tell
	Connection     string    `json:"connection,omitempty"`   // USB or Network, in usbmuxd's words; absent if it was not attached
	InUse          *InUse    `json:"inUse,omitempty"`        // the command of this user that acted on it at the same time; absent without one
	Asset          []Field   `json:"asset,omitempty"`        // its row of the inventory; absent without one
	Expected       string    `json:"expected,omitempty"`     // where the inventory expects its backups: icloud, computer or none; absent where it does not say
	ExpectedSince  time.Time `json:"expectedSince,omitzero"` // when that began; absent if always
	Name           string    `json:"name"`                   // what its owner calls it; "" if unknown
	ProductType    string    `json:"productType"`            // iPhone14,4; "" if unknown
	ModelName      string    `json:"modelName,omitempty"`    // iPhone 13 mini; absent if unknown
	System         string    `json:"system"`                 // iOS or iPadOS
	ProductVersion string    `json:"productVersion"`         // of the system: 18.7.2; "" if unknown
	BuildVersion   string    `json:"buildVersion,omitempty"` // 22H124; absent if unknown
	TakenAt        time.Time `json:"takenAt"`                // when it was read; every age in the report is counted from here
	Verdict        string    `json:"verdict"`                // failing, at-risk, no-cause-found, backed-up, not-examined or suppressed
	Incomplete     bool      `json:"incomplete"`             // it was read only in part; reason says why
	Proof          []Need    `json:"needs"`                  // what has to be shown true for the verdict backed-up, and whether it was
	Headline       string    `json:"headline"`               // the diagnosis in one sentence
	Next           string    `json:"next,omitempty"`         // the one thing to do next: pair, self-check, scan, message, ask, listen, sysdiagnose, explain or verify; absent if nothing
	Reason         string    `json:"reason,omitempty"`       // why it was not examined, or not to the end
	Detail         string    `json:"detail,omitempty"`       // the device's own name for the error
	Retried        string    `json:"retried,omitempty"`      // why an earlier try to examine it broke off; absent if there was none
	LastBackup     time.Time `json:"lastBackup,omitzero"`    // end of the last good iCloud backup; absent if none is known
	NoLastBackup   string    `json:"noLastBackup,omitempty"` // why no date is known: absent where the device has none on record
	Findings       []Finding `json:"findings"`               // causes, each followed by its symptoms; then unknown, ask and ok
	Suppressed     []Silence `json:"suppressions,omitempty"` // the suppressed findings; absent if there are none
	Plan           []Step    `json:"plan"`                   // what to do, cheapest and safest first
	Backups        []Backup  `json:"backups"`                // backups of it that were found on this computer, newest first
	Repair         *Repair   `json:"repair,omitempty"`       // its newest repair with treat; absent if none is known

	Packed *Packed `json:"-"` // holds Proof, Findings and Plan instead; nil if they are not packed
}

// A Need is one thing that has to be shown true of a device before its verdict is
// backed-up.
type Need struct {
	ID       string     `json:"id"`               // switched-on
	Text     string     `json:"text"`             // the statement
	Shown    string     `json:"shown"`            // true, false or unknown
	Evidence []Evidence `json:"evidence"`         // what it rests on
	Reason   string     `json:"reason,omitempty"` // why it is unknown: timeout, refused, …
	Detail   string     `json:"detail,omitempty"` // the other side's own name for the error
}

// A LeftOut device was listed and not examined.
type LeftOut struct {
	UDID       string `json:"udid"`       // its identifier, or a placeholder in a redacted report
	Connection string `json:"connection"` // Network
}

// Jobs is how many devices were examined at a time.
type Jobs struct {
	Most     int    `json:"most"`               // at a time at most
	Adaptive bool   `json:"adaptive"`           // the number was not given by --jobs, and adapted itself
	FellBack string `json:"fellBack,omitempty"` // why it fell back, or never rose: timeout, detached, …; absent if it did not
	HeldBack bool   `json:"heldBack"`           // it did not rise because a backup ran on this computer
}

// InUse is a command that acts on a device.
type InUse struct {
	Command string    `json:"command"` // of backupdoctor: scan --pair
	Since   time.Time `json:"since"`   // when it began
}

// A Field is one column of an inventory for one device.
type Field struct {
	Name  string `json:"name"`  // the head of the column
	Value string `json:"value"` // what the device has there, or a placeholder in a redacted report
}

// An Inventory is a list of devices that the run was held against.
type Inventory struct {
	Devices         int       `json:"deviceCount"`     // that it lists
	Missing         int       `json:"missing"`         // of those, not among the devices of the report
	Unseen          []string  `json:"unseen"`          // these, by their UDID or serial number; empty in a redacted report
	UnseenAssets    [][]Field `json:"unseenAssets"`    // their rows, in the same order; empty in a redacted report
	Unlisted        int       `json:"unlisted"`        // devices of the report that it does not list, as far as that can be told
	UnlistedDevices []Named   `json:"unlistedDevices"` // these; empty in a redacted report
}

// A Named device is one that is known only by its names.
type Named struct {
	UDID string `json:"udid"` // its identifier
	Name string `json:"name"` // what its owner calls it; "" if unknown
}

// A Silence is a suppressed finding: it does not count.
type Silence struct {
	Check   string    `json:"check"`             // id of the check
	Subject string    `json:"subject,omitempty"` // the profile, app or process it is about; absent if it is the device
	Status  string    `json:"status"`            // problem or warning
	Summary string    `json:"summary"`           // what is, in one sentence
	Because string    `json:"because"`           // the reason that was given
	Until   time.Time `json:"until,omitzero"`    // when it counts again; absent if it never does
}

// A Place is a folder in which backups were looked for. One that could not be looked into
// has a reason: whether there are backups in it is unknown.
type Place struct {
	Path    string `json:"path"`              // as it was looked up, or a placeholder in a redacted report
	Program string `json:"program,omitempty"` // the program whose own folder it is; absent if it was named by hand
	Target  string `json:"target,omitempty"`  // where it leads, if it is reached by a link
	Reason  string `json:"reason,omitempty"`  // why it could not be looked into: not-permitted, …
	Hint    string `json:"hint,omitempty"`    // what to do about that
}

// A Backup is one backup of a device on this computer, and whether it is whole.
type Backup struct {
	Folder          string      `json:"folder"`                   // its path, or a placeholder in a redacted report
	Archived        bool        `json:"archived"`                 // a copy that was set aside: the next backup does not use it
	Date            time.Time   `json:"date,omitzero"`            // when it was made; absent if unknown
	ProductVersion  string      `json:"productVersion,omitempty"` // of the system that was backed up; absent if unknown
	Encrypted       *bool       `json:"encrypted,omitempty"`      // whether it needs a password; absent if unknown
	State           string      `json:"state,omitempty"`          // how far its last run came: uploading, moving, removing or finished; absent if unknown
	SizeBytes       uint64      `json:"sizeBytes"`                // length of its files, as far as they were looked at
	Verdict         string      `json:"verdict"`                  // whole, broken or cannot-tell
	Reason          string      `json:"reason,omitempty"`         // why it was not looked at; absent if it was
	Depth           string      `json:"depth,omitempty"`          // how hard it was looked at: quick or deep; absent if it was not
	NextFails       bool        `json:"nextFails"`                // the next backup to this folder will fail
	Listed          uint64      `json:"listed"`                   // files that its manifest lists
	Found           uint64      `json:"found"`                    // of those, in the folder
	Statements      []Statement `json:"statements"`               // what is so of every whole backup, and whether it was shown of this one; the verdict follows from them
	LengthsByHeader uint64      `json:"lengthsByHeader"`          // databases whose length is right by their own header
	LengthsUnknown  uint64      `json:"lengthsUnknown"`           // files whose length the manifest does not record
	Longer          uint64      `json:"longer"`                   // files that are longer than recorded and carry no digest
	Unlisted        uint64      `json:"unlisted"`                 // files named like one of a backup that its manifest does not list
	DigestsRight    uint64      `json:"digestsRight"`             // files read in full whose digest is the one recorded
	DigestsLeft     uint64      `json:"digestsLeft"`              // files with a digest that was not compared
	WithoutDigest   uint64      `json:"withoutDigest"`            // files that carry no digest, so that only their length counts
	ReceivedRight   uint64      `json:"receivedRight,omitempty"`  // files that are as the device sent them, by a SHA-256 that was kept then
	ProvedAt        time.Time   `json:"provedAt,omitzero"`        // when that was found; absent if it was found in this run
	Faults          []Fault     `json:"faults"`                   // what is not as it should be, gravest first
}

// A Statement is one thing that is so of every whole backup, and whether it was shown.
type Statement struct {
	ID     string   `json:"id"`               // layout, kind, state, info, device, list, files, lengths, padding, digests, databases or unchanged
	Title  string   `json:"title"`            // what it states
	Shown  string   `json:"shown"`            // true, false, unknown or not-asked
	Needed bool     `json:"needed"`           // without it the backup is not whole at the depth that was asked for
	Count  uint64   `json:"count"`            // how many files, or rows of the manifest, it was shown of
	Of     uint64   `json:"total"`            // of how many; 0 if it is about the backup as a whole
	Faults []string `json:"faults"`           // the modes of the faults that refute it or leave it open
	Detail string   `json:"detail,omitempty"` // why this look did not ask for it
}

// A Fault is one way in which a backup is not as it should be.
type Fault struct {
	Mode     string `json:"mode"`             // id: blob-missing
	Title    string `json:"title"`            // what that is, as a statement
	Severity string `json:"severity"`         // unusable, loss, suspicious, note or unknown
	Detail   string `json:"detail,omitempty"` // what was read
	Count    uint64 `json:"count"`            // files concerned; 0 if it is about the backup as a whole
	Total    uint64 `json:"total"`            // of how many; 0 if that says nothing
	Remedy   string `json:"remedy,omitempty"` // what to do; absent where there is nothing
	Examples []File `json:"examples"`         // files concerned; if they are fewer than count, the first of them
}

// A File is one file of a backup and what is wrong with it.
type File struct {
	Domain string `json:"domain,omitempty"` // HomeDomain, AppDomain-…
	Path   string `json:"path"`             // relative to the domain; without a domain, to the backup's folder
	FileID string `json:"fileID,omitempty"` // the name it is stored under
	Detail string `json:"detail,omitempty"` // what was read
}

// A Finding is the answer to one check.
type Finding struct {
	Check        string     `json:"check"`                  // id of the check: backup-turned-off
	Title        string     `json:"title"`                  // the healthy state, as a statement
	Effect       string     `json:"effect"`                 // blocks, may-block or informs
	Subject      string     `json:"subject,omitempty"`      // the profile, app or process it is about; absent if it is the device
	Status       string     `json:"status"`                 // ok, warning, problem, unknown or ask
	Summary      string     `json:"summary"`                // what is, in one sentence; the question where status is ask
	Reason       string     `json:"reason,omitempty"`       // why it is unknown: not-asked, absent, refused, locked, …
	Detail       string     `json:"detail,omitempty"`       // the device's own name for the error
	ExplainedBy  string     `json:"explainedBy,omitempty"`  // id of the check whose finding this is a mere symptom of
	Contradicted bool       `json:"contradicted,omitempty"` // a person's answer and something that was read say the opposite of each other; evidence has both
	Evidence     []Evidence `json:"evidence"`               // what the summary rests on
	Remedies     []Remedy   `json:"remedies"`               // that fit this model and version, in the order to try them
	Sources      []Source   `json:"sources"`                // where the cause is documented
}

// Evidence is one thing that was read, and where.
type Evidence struct {
	Key      string    `json:"key"`                // what it is, in words
	Value    string    `json:"value"`              // as read, with its unit
	Expected string    `json:"expected,omitempty"` // what a healthy device shows
	Source   string    `json:"source"`             // the service and key it was read from
	AsOf     time.Time `json:"asOf,omitzero"`      // when it was true
}

// A Remedy names one documented thing to do.
type Remedy struct {
	ID    string `json:"id"`    // turn-backup-on
	Title string `json:"title"` // imperative
}

// A Step is one remedy of a device's plan, in the words of its model and version.
type Step struct {
	Remedy  string   `json:"remedy"`         // id of the remedy
	Title   string   `json:"title"`          // imperative
	Actor   string   `json:"actor"`          // who does it: user, technician, administrator or Apple
	Risk    string   `json:"risk,omitempty"` // what it may cost; absent if nothing
	Steps   []string `json:"steps"`          // one action each, in order
	For     []string `json:"for"`            // ids of the checks it is for
	Sources []Source `json:"sources"`        // where the remedy is documented
}

// A Source is a document that describes a cause or a remedy.
type Source struct {
	Title string `json:"title"`         // its name
	URL   string `json:"url,omitempty"` // absent where no address can be vouched for
}

// Summary counts the devices of a report.
type Summary struct {
	Devices            int          `json:"deviceCount"`        // all of them
	Failing            int          `json:"failing"`            // with the verdict failing
	AtRisk             int          `json:"atRisk"`             // with the verdict at-risk
	NoCauseFound       int          `json:"noCauseFound"`       // with the verdict no-cause-found
	BackedUp           int          `json:"backedUp"`           // with the verdict backed-up
	Suppressed         int          `json:"suppressed"`         // with the verdict suppressed
	Unknown            int          `json:"unknown"`            // with a verdict that this version does not know
	Incomplete         int          `json:"incompleteDevices"`  // of all devices, those that were read only in part
	NeedAttention      int          `json:"needAttention"`      // of all devices, those that make the default exit code other than 0
	NotExamined        int          `json:"notExamined"`        // with the verdict not-examined
	Retried            int          `json:"retriedCount"`       // examined in a second try, or not even then
	SuppressedFindings int          `json:"suppressedFindings"` // problems and warnings that are suppressed
	Backups            BackupCounts `json:"backupCounts"`       // the backups counted
	Causes             []CauseCount `json:"causes"`             // problems, then warnings, that nothing explains; the most frequent first
}

// Of returns the number of devices with a verdict.
func (s Summary) Of(v checks.Verdict) int {
	switch v {
	case checks.Failing:
		return s.Failing
	case checks.AtRisk:
		return s.AtRisk
	case checks.NoCauseFound:
		return s.NoCauseFound
	case checks.BackedUp:
		return s.BackedUp
	case checks.NotExamined:
		return s.NotExamined
	case checks.Suppressed:
		return s.Suppressed
	default:
		return s.Unknown
	}
}

// BackupCounts counts the backups of a report.
type BackupCounts struct {
	Whole      int `json:"whole"`      // with the verdict whole
	Broken     int `json:"broken"`     // with the verdict broken
	CannotTell int `json:"cannotTell"` // with the verdict cannot-tell
}

// A CauseCount says how many devices have one cause.
type CauseCount struct {
	Check   string `json:"check"`       // id of the check
	Short   string `json:"short"`       // the trouble in a few words
	Title   string `json:"title"`       // the healthy state that these devices are not in
	Status  string `json:"status"`      // problem if it is one on any of them, else warning
	Devices int    `json:"deviceCount"` // how many
}
