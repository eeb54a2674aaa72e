package report

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
)

// A Report is the result of one run. Times are UTC, in RFC 3339. Lists are never null.
// Texts sent by a device are unchanged: clean them before printing.
type Report struct {
	Header
	Tool      Tool       `json:"tool"`                // the program that wrote the report
	Run       string     `json:"run,omitempty"`       // id of the run, a UUID; absent if a recording has none
	StartedAt time.Time  `json:"startedAt,omitzero"`  // when the run began; absent if a recording does not say
	TakenAt   time.Time  `json:"takenAt,omitzero"`    // when the last device was read; absent without a device
	Host      Host       `json:"host,omitzero"`       // the computer that ran the scan; absent without a device
	Releases  Releases   `json:"releases,omitzero"`   // the table of releases used; absent if no device was compared with it
	Subject   string     `json:"subject"`             // what the run examined: devices, or backups on this computer
	Redacted  bool       `json:"redacted"`            // names and identifiers were replaced by placeholders
	Partial   bool       `json:"partial"`             // devices may be missing: the run was interrupted, or a source could not be read
	Gaps      []Gap      `json:"gaps"`                // why devices may be missing, or archives were read only in part
	Places    []Place    `json:"places"`              // folders that were searched for backups
	Inventory *Inventory `json:"inventory,omitempty"` // the inventory compared with the devices; absent if none
	MDM       *MDM       `json:"mdm,omitempty"`       // what a management system reports about devices that were not examined; absent without an export
	LeftOut   []LeftOut  `json:"leftOut"`             // devices that were not examined because they are on the network only
	Jobs      *Jobs      `json:"jobs,omitempty"`      // how many devices were examined at a time; absent if none was read
	Devices   []Device   `json:"devices"`             // by severity, most severe first; then by slot and port
	Summary   Summary    `json:"totals"`              // counts of the devices
	FailOn    string     `json:"failOn"`              // what makes the exit code nonzero: unproved, warning or problem
	Exit      Exit       `json:"exit"`                // the exit code of the run, the same in every format
}

// Tool is the program that wrote a report.
type Tool struct {
	Name    string `json:"name"`    // backupdoctor
	Version string `json:"version"` // of the program
	Effect  string `json:"effect"`  // read-only: nothing on a device was changed; backup: devices were told of a backup by notifications and a sync lock, and copies were written
}

// EffectBackup is the effect of a run that made copies.
const EffectBackup = "backup"

// Host is the computer that ran the scan.
type Host struct {
	OS    string     `json:"os"`              // linux, darwin, windows
	Clock *HostClock `json:"clock,omitempty"` // evidence that its clock is wrong; absent if there is none
}

// A HostClock is the clock of a computer from which several devices differ by the same amount.
type HostClock struct {
	AheadSeconds int `json:"aheadSeconds"` // how far it is ahead of the devices' clocks; negative if it is behind
	Devices      int `json:"deviceCount"`  // number of devices that differ by about the same amount
}

// Releases is the table of Apple's releases that the devices were compared with.
type Releases struct {
	TableDate   time.Time `json:"tableDate"`   // the day the table describes
	TableSource string    `json:"tableSource"` // embedded or updated
}

// A Gap is something that could not be reached or read, with the reason.
type Gap struct {
	Reason  string `json:"reason"`           // the reason: unreachable, timeout, interrupted, …
	Detail  string `json:"detail,omitempty"` // the name that the device or program gave the error, or how many entries or devices are missing
	Summary string `json:"summary"`          // the reason in words
	About   string `json:"about,omitempty"`  // archive if a sysdiagnose archive was read only in part; absent if devices may be missing
}

// A Device is one iPhone or iPad and what was found on it. A device that could not be examined
// has the verdict not-examined and a reason.
type Device struct {
	UDID           string    `json:"udid"`                   // its identifier, or a placeholder in a redacted report
	Serial         string    `json:"serial,omitempty"`       // its serial number, or a placeholder; absent if unknown
	Slot           string    `json:"slot,omitempty"`         // its place on the bench; absent if it has none
	Location       string    `json:"location,omitempty"`     // the USB port: 0x14120000, on Linux 3-1.4.2; absent if usbmuxd does not report it
	Connection     string    `json:"connection,omitempty"`   // USB or Network, as usbmuxd calls it; absent if it was not attached
	InUse          *InUse    `json:"inUse,omitempty"`        // the command of this user that acted on it at the same time; absent if none
	Asset          []Field   `json:"asset,omitempty"`        // its row in the inventory; absent if it has none
	Expected       string    `json:"expected,omitempty"`     // where the inventory expects its backups: icloud, computer or none; absent if it does not say
	ExpectedSince  time.Time `json:"expectedSince,omitzero"` // since when; absent for always
	Name           string    `json:"name"`                   // its name, as set by its owner; "" if unknown
	ProductType    string    `json:"productType"`            // iPhone14,4; "" if unknown
	ModelName      string    `json:"modelName,omitempty"`    // iPhone 13 mini; absent if unknown
	System         string    `json:"system"`                 // iOS or iPadOS
	ProductVersion string    `json:"productVersion"`         // of the system: 18.7.2; "" if unknown
	BuildVersion   string    `json:"buildVersion,omitempty"` // 22H124; absent if unknown
	TakenAt        time.Time `json:"takenAt"`                // when it was read; ages in the report are relative to it
	Verdict        string    `json:"verdict"`                // failing, at-risk, no-cause-found, backed-up, not-examined or suppressed
	Incomplete     bool      `json:"incomplete"`             // it was read only in part; reason says why
	Proof          []Need    `json:"needs"`                  // what must be shown true for the verdict backed-up, and whether it was
	Headline       string    `json:"headline"`               // the diagnosis in one sentence
	Next           string    `json:"next,omitempty"`         // the one thing to do next: pair, self-check, scan, message, ask, listen, sysdiagnose, explain or verify; absent if nothing
	Reason         string    `json:"reason,omitempty"`       // why it was not examined, or only in part
	Detail         string    `json:"detail,omitempty"`       // the device's own name for the error
	Retried        string    `json:"retried,omitempty"`      // why an earlier try to examine it failed; absent if there was none
	LastBackup     time.Time `json:"lastBackup,omitzero"`    // end of the last good iCloud backup; absent if none is known
	NoLastBackup   string    `json:"noLastBackup,omitempty"` // why no date is known: absent if the device has none on record
	Findings       []Finding `json:"findings"`               // causes, each followed by its symptoms; then unknown, ask and ok
	Suppressed     []Silence `json:"suppressions,omitempty"` // the suppressed findings; absent if there are none
	Plan           []Step    `json:"plan"`                   // what to do, cheapest and safest first
	Backups        []Backup  `json:"backups"`                // its backups found on this computer, newest first
	Repair         *Repair   `json:"repair,omitempty"`       // its newest repair with treat; absent if none is known
	Copy           *Copy     `json:"copy,omitempty"`         // how its backup to this computer ended; absent unless the run made copies

	Packed *Packed `json:"-"` // holds Proof, Findings and Plan instead; nil if they are not packed
}

// A Need is one statement that must be shown true of a device for the verdict backed-up.
type Need struct {
	ID       string     `json:"id"`               // switched-on
	Text     string     `json:"text"`             // the statement
	Shown    string     `json:"shown"`            // true, false or unknown
	Evidence []Evidence `json:"evidence"`         // what this is based on
	Reason   string     `json:"reason,omitempty"` // why it is unknown: timeout, refused, …
	Detail   string     `json:"detail,omitempty"` // the name that the device or program gave the error, or how many entries or devices are missing
}

// A LeftOut device was listed but not examined.
type LeftOut struct {
	UDID       string `json:"udid"`       // its identifier, or a placeholder in a redacted report
	Connection string `json:"connection"` // Network
}

// Jobs is how many devices were examined at a time.
type Jobs struct {
	Most     int    `json:"most"`               // maximum at a time
	Adaptive bool   `json:"adaptive"`           // the number was not set with --jobs, and was adjusted automatically
	FellBack string `json:"fellBack,omitempty"` // why it was reduced, or never raised: timeout, detached, …; absent if neither
	HeldBack bool   `json:"heldBack"`           // it was not raised because a backup was running on this computer
}

// InUse is a command that is acting on a device.
type InUse struct {
	Command string    `json:"command"` // of backupdoctor: scan --pair
	Since   time.Time `json:"since"`   // when it began
}

// A Field is one column of an inventory for one device.
type Field struct {
	Name  string `json:"name"`  // header of the column
	Value string `json:"value"` // value for the device, or a placeholder in a redacted report
}

// An Inventory is a list of devices with which the run was compared.
type Inventory struct {
	Devices         int       `json:"deviceCount"`     // number of devices in it
	Missing         int       `json:"missing"`         // of those, not in the report
	Unseen          []string  `json:"unseen"`          // the missing ones, by UDID or serial number; empty in a redacted report
	UnseenAssets    [][]Field `json:"unseenAssets"`    // their rows, in the same order; empty in a redacted report
	Unlisted        int       `json:"unlisted"`        // devices of the report that it does not list, as far as known
	UnlistedDevices []Named   `json:"unlistedDevices"` // the unlisted ones; empty in a redacted report
}

// A Named device is known only by its UDID and name.
type Named struct {
	UDID string `json:"udid"` // its identifier
	Name string `json:"name"` // its name, as set by its owner; "" if unknown
}

// A Silence is a suppressed finding, which does not count.
type Silence struct {
	Check   string    `json:"check"`             // id of the check
	Subject string    `json:"subject,omitempty"` // the profile, app or process concerned; absent if it is the device itself
	Status  string    `json:"status"`            // problem or warning
	Summary string    `json:"summary"`           // the finding in one sentence
	Because string    `json:"because"`           // the reason given
	Until   time.Time `json:"until,omitzero"`    // when the suppression ends; absent if never
}

// A Place is a folder that was searched for backups. If it has a reason, it could not be searched,
// and whether it has backups is unknown.
type Place struct {
	Path    string `json:"path"`              // its path, or a placeholder in a redacted report
	Program string `json:"program,omitempty"` // the program whose default folder it is; absent if the user named the folder
	Target  string `json:"target,omitempty"`  // its path with links resolved; absent if that is the same
	Reason  string `json:"reason,omitempty"`  // why it could not be searched: not-permitted, …
	Hint    string `json:"hint,omitempty"`    // what to do about it
}

// A Backup is one backup of a device on this computer, and whether it is whole.
type Backup struct {
	Folder          string      `json:"folder"`                   // its path, or a placeholder in a redacted report
	Archived        bool        `json:"archived"`                 // a copy that was set aside, or has another name: the next backup does not use it
	InLibrary       bool        `json:"inLibrary,omitempty"`      // a copy made by backupdoctor backup; no other program uses it
	Date            time.Time   `json:"date,omitzero"`            // when it was made; absent if unknown
	ProductVersion  string      `json:"productVersion,omitempty"` // of the system that was backed up; absent if unknown
	Encrypted       *bool       `json:"encrypted,omitempty"`      // whether it needs a password; absent if unknown
	State           string      `json:"state,omitempty"`          // how far the last backup got: uploading, moving, removing or finished; absent if unknown
	SizeBytes       uint64      `json:"sizeBytes"`                // total length of its files, as far as they were examined
	Verdict         string      `json:"verdict"`                  // whole, broken or cannot-tell
	Reason          string      `json:"reason,omitempty"`         // why it was not examined; absent if it was
	Depth           string      `json:"depth,omitempty"`          // how thoroughly it was examined: quick or deep; absent if it was not
	NextFails       bool        `json:"nextFails"`                // the next backup to this folder will fail
	Listed          uint64      `json:"listed"`                   // files listed in its manifest
	Found           uint64      `json:"found"`                    // of those, in the folder
	Statements      []Statement `json:"statements"`               // what is true of every whole backup, and whether it was shown of this one; the verdict follows from it
	LengthsByHeader uint64      `json:"lengthsByHeader"`          // databases whose length matches their own header
	LengthsUnknown  uint64      `json:"lengthsUnknown"`           // files whose length the manifest does not record
	Longer          uint64      `json:"longer"`                   // files without a digest that are longer than recorded
	Unlisted        uint64      `json:"unlisted"`                 // files named like those of a backup that are not in its manifest
	DigestsRight    uint64      `json:"digestsRight"`             // files read in full whose digest matches the recorded one
	DigestsLeft     uint64      `json:"digestsLeft"`              // files with a digest that was not compared
	WithoutDigest   uint64      `json:"withoutDigest"`            // files without a digest, of which only the length was compared
	ReceivedRight   uint64      `json:"receivedRight,omitempty"`  // files that match the SHA-256 recorded when the device sent them
	ProvedAt        time.Time   `json:"provedAt,omitzero"`        // when this was proved; absent if it was in this run
	Faults          []Fault     `json:"faults"`                   // faults, most severe first
}

// A Statement is one thing that is true of every whole backup, and whether it was shown.
type Statement struct {
	ID     string   `json:"id"`               // layout, kind, state, info, device, list, files, lengths, padding, digests, databases or unchanged
	Title  string   `json:"title"`            // the statement in words
	Shown  string   `json:"shown"`            // true, false, unknown or not-asked
	Needed bool     `json:"needed"`           // the backup is whole only if this is shown at the requested depth
	Count  uint64   `json:"count"`            // number of files, or rows of the manifest, for which it was shown
	Of     uint64   `json:"total"`            // out of this many; 0 if it concerns the backup as a whole
	Faults []string `json:"faults"`           // modes of the faults that refute it or leave it open
	Detail string   `json:"detail,omitempty"` // why it was not examined
}

// A Fault is one kind of fault in a backup.
type Fault struct {
	Mode     string `json:"mode"`             // id: blob-missing
	Title    string `json:"title"`            // the fault, as a statement
	Severity string `json:"severity"`         // unusable, loss, suspicious, note or unknown
	Detail   string `json:"detail,omitempty"` // what was read
	Count    uint64 `json:"count"`            // files affected; 0 if it affects the backup as a whole
	Total    uint64 `json:"total"`            // out of this many; 0 if not applicable
	Remedy   string `json:"remedy,omitempty"` // what to do; absent if nothing
	Examples []File `json:"examples"`         // files affected, or the first of them
}

// A File is one file of a backup and what is wrong with it.
type File struct {
	Domain string `json:"domain,omitempty"` // HomeDomain, AppDomain-…
	Path   string `json:"path"`             // relative to the domain, or to the backup's folder if there is no domain
	FileID string `json:"fileID,omitempty"` // the name it is stored under
	Detail string `json:"detail,omitempty"` // what was read
}

// A Finding is the result of one check.
type Finding struct {
	Check        string     `json:"check"`                  // id of the check: backup-turned-off
	Title        string     `json:"title"`                  // the healthy state, as a statement
	Effect       string     `json:"effect"`                 // blocks, may-block or informs
	Subject      string     `json:"subject,omitempty"`      // the profile, app or process concerned; absent if it is the device itself
	Status       string     `json:"status"`                 // ok, warning, problem, unknown or ask
	Summary      string     `json:"summary"`                // the finding in one sentence; the question if status is ask
	Reason       string     `json:"reason,omitempty"`       // why it is unknown: not-asked, absent, refused, locked, …
	Detail       string     `json:"detail,omitempty"`       // the device's own name for the error
	ExplainedBy  string     `json:"explainedBy,omitempty"`  // id of the check that explains this finding, which is only a symptom
	Contradicted bool       `json:"contradicted,omitempty"` // a person's answer and something that was read contradict each other; evidence has both
	Evidence     []Evidence `json:"evidence"`               // what the summary is based on
	Remedies     []Remedy   `json:"remedies"`               // remedies for this model and version, in the order to try them
	Sources      []Source   `json:"sources"`                // where the cause is documented
}

// Evidence is one thing that was read, and its source.
type Evidence struct {
	Key      string    `json:"key"`                // what it is, in words
	Value    string    `json:"value"`              // as read, with its unit
	Expected string    `json:"expected,omitempty"` // what a healthy device shows
	Source   string    `json:"source"`             // the service and key it was read from
	AsOf     time.Time `json:"asOf,omitzero"`      // when it was true
}

// A Remedy names one documented action.
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
	URL   string `json:"url,omitempty"` // absent if the address was not verified
}

// Summary counts the devices of a report.
type Summary struct {
	Devices            int          `json:"deviceCount"`          // all of them
	Failing            int          `json:"failing"`              // with the verdict failing
	AtRisk             int          `json:"atRisk"`               // with the verdict at-risk
	NoCauseFound       int          `json:"noCauseFound"`         // with the verdict no-cause-found
	BackedUp           int          `json:"backedUp"`             // with the verdict backed-up
	Suppressed         int          `json:"suppressed"`           // with the verdict suppressed
	Unknown            int          `json:"unknown"`              // with a verdict that this version does not know
	Incomplete         int          `json:"incompleteDevices"`    // of all devices, those that were read only in part
	NeedAttention      int          `json:"needAttention"`        // of all devices, those that make the default exit code of a scan nonzero
	NotExamined        int          `json:"notExamined"`          // with the verdict not-examined
	Retried            int          `json:"retriedCount"`         // tried twice, with or without success
	SuppressedFindings int          `json:"suppressedFindings"`   // problems and warnings that are suppressed
	Backups            BackupCounts `json:"backupCounts"`         // counts of the backups
	Copies             *CopyCounts  `json:"copyCounts,omitempty"` // counts of the copies made in the run; absent unless it made some
	Causes             []CauseCount `json:"causes"`               // problems, then warnings, that no other finding explains; most frequent first
}

// Of returns the number of devices with a verdict.
func (s Summary) Of(v checks.Verdict) int { return *s.of(v) }

func (s *Summary) of(v checks.Verdict) *int {
	switch v {
	case checks.Failing:
		return &s.Failing
	case checks.AtRisk:
		return &s.AtRisk
	case checks.NoCauseFound:
		return &s.NoCauseFound
	case checks.BackedUp:
		return &s.BackedUp
	case checks.NotExamined:
		return &s.NotExamined
	case checks.Suppressed:
		return &s.Suppressed
	default:
		return &s.Unknown
	}
}

// BackupCounts counts the backups of a report.
type BackupCounts struct {
	Whole      int `json:"whole"`      // with the verdict whole
	Broken     int `json:"broken"`     // with the verdict broken
	CannotTell int `json:"cannotTell"` // with the verdict cannot-tell
}

// A CauseCount is the number of devices that have one cause.
type CauseCount struct {
	Check   string `json:"check"`       // id of the check
	Short   string `json:"short"`       // the trouble in a few words
	Title   string `json:"title"`       // the healthy state, as a statement
	Status  string `json:"status"`      // problem if it is one on any device, otherwise warning
	Devices int    `json:"deviceCount"` // number of devices
}
