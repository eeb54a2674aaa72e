package report

import "time"

// A RunList lists the newest runs of a history.
type RunList struct {
	Header
	Total int       `json:"total"` // runs in the history
	Runs  []PastRun `json:"runs"`  // the newest, newest first
}

// The states of a past run.
const (
	RunFinished    = "finished"
	RunRunning     = "running"     // a process still holds its lock
	RunInterrupted = "interrupted" // not finished, and no process holds its lock
	RunUnknown     = "unknown"     // from a bench, which does not tell the hub when a run ends, or recovered without its end
)

// The reasons to doubt a date, because the clock may have been wrong. Runs and visits are in
// the order in which they were written.
const (
	DoubtFuture     = "future"      // it is in the future
	DoubtJumpedBack = "jumped-back" // it is before the date of the previous entry
)

// A PastRun is one run with counts of its devices, each as it was last seen in the run.
type PastRun struct {
	Run          string    `json:"run"`                 // id of the run
	Bench        string    `json:"bench,omitempty"`     // bench that ran it; absent outside a fleet
	State        string    `json:"state"`               // finished, running, interrupted, or unknown: in a fleet, and if its end was lost
	StartedAt    time.Time `json:"startedAt"`           // when it began
	Doubtful     string    `json:"doubtful,omitempty"`  // why that is in doubt: future or jumped-back
	FinishedAt   time.Time `json:"finishedAt,omitzero"` // when it ended; absent unless it is finished
	Tool         string    `json:"toolVersion"`         // version of the program
	Host         Host      `json:"host"`                // the computer that ran the scan
	Subject      string    `json:"subject"`             // what it examined: devices or backups
	Partial      bool      `json:"partial"`             // devices may be missing, as in every unfinished run
	Exit         *int      `json:"exitCode,omitempty"`  // its exit code; absent until it has ended
	Total        *int      `json:"total,omitempty"`     // devices to be examined; absent if unknown, as in watch
	Devices      int       `json:"deviceCount"`         // devices that were reached
	Failing      int       `json:"failing"`             // with the verdict failing
	AtRisk       int       `json:"atRisk"`              // with the verdict at-risk
	NoCauseFound int       `json:"noCauseFound"`        // with the verdict no-cause-found
	BackedUp     int       `json:"backedUp"`            // with the verdict backed-up
	Suppressed   int       `json:"suppressed"`          // with the verdict suppressed
	NotExamined  int       `json:"notExamined"`         // with the verdict not-examined
	Retried      int       `json:"retriedCount"`        // tried twice, with or without success
}

// A BackupState says whether the last good iCloud backup of a device is known.
type BackupState string

const (
	BackupKnown   BackupState = "known"   // its end is known
	BackupNever   BackupState = "never"   // the device has never been backed up
	BackupUnknown BackupState = "unknown" // could not be read at the last visit
)

// A KnownDevice is a device as it was last read on this computer, or on any bench of a fleet.
type KnownDevice struct {
	UDID           string      `json:"udid"`                     // its identifier, as in its reports
	Serial         string      `json:"serial,omitempty"`         // its serial number; absent if unknown
	Name           string      `json:"name"`                     // its name, as set by its owner; "" if unknown
	Slot           string      `json:"slot,omitempty"`           // its place on the bench; absent if it has none
	Location       string      `json:"location,omitempty"`       // the USB port in hexadecimal; absent if usbmuxd did not report it
	Site           string      `json:"site,omitempty"`           // its site in the inventory, or else the site of the bench; absent outside a fleet
	Bench          string      `json:"bench,omitempty"`          // bench that read it; absent outside a fleet
	Asset          []Field     `json:"asset,omitempty"`          // its row in the inventory; absent if it has none
	ModelName      string      `json:"modelName,omitempty"`      // iPhone 13 mini; absent if unknown
	ProductType    string      `json:"productType,omitempty"`    // iPhone14,4; absent if unknown
	System         string      `json:"system,omitempty"`         // iOS or iPadOS
	ProductVersion string      `json:"productVersion,omitempty"` // of the system: 18.7.2; absent if unknown
	TakenAt        time.Time   `json:"takenAt"`                  // when it was read, by the clock of the computer that read it
	Doubtful       string      `json:"doubtful,omitempty"`       // why that is in doubt: future or jumped-back
	Verdict        string      `json:"verdict"`                  // failing, at-risk, no-cause-found, not-examined, backed-up or suppressed
	Headline       string      `json:"headline"`                 // the diagnosis in one sentence
	Reason         string      `json:"reason,omitempty"`         // why it was not examined, or only in part
	Backup         BackupState `json:"backup"`                   // known, never or unknown
	LastBackup     time.Time   `json:"lastBackup,omitzero"`      // end of the last good iCloud backup; absent unless backup is known
	NoLastBackup   string      `json:"noLastBackup,omitempty"`   // why it is not known
	EarlierBackup  time.Time   `json:"earlierBackup,omitzero"`   // if backup is unknown, the date known at an earlier visit; absent if there is none
	EarlierAt      time.Time   `json:"earlierAt,omitzero"`       // when that visit was
}

// A Story is what the history has on one device.
type Story struct {
	Header
	Device KnownDevice `json:"device"` // the device
	Total  int         `json:"total"`  // number of its visits in the history
	Visits []Visit     `json:"visits"` // the newest, newest first
}

// A Visit is one reading of a device, and what has changed since earlier visits.
type Visit struct {
	Run            string         `json:"run,omitempty"`            // id of the run; absent if unknown
	Subject        string         `json:"subject,omitempty"`        // what the run examined: devices or backups; absent if unknown
	ReportID       string         `json:"reportID,omitempty"`       // id of its report
	Bench          string         `json:"bench,omitempty"`          // bench that read it; absent outside a fleet
	Site           string         `json:"site,omitempty"`           // its site in the inventory, or else the site of the bench; absent outside a fleet
	Tool           string         `json:"toolVersion,omitempty"`    // version of the program
	TakenAt        time.Time      `json:"takenAt"`                  // when the device was read
	ReceivedAt     time.Time      `json:"receivedAt,omitzero"`      // when the hub received it; absent outside a fleet
	Doubtful       string         `json:"doubtful,omitempty"`       // why takenAt is in doubt: future or jumped-back
	Slot           string         `json:"slot,omitempty"`           // its place on the bench; absent if it had none
	Location       string         `json:"location,omitempty"`       // the USB port in hexadecimal; absent if usbmuxd did not report it
	System         string         `json:"system,omitempty"`         // iOS or iPadOS
	ProductVersion string         `json:"productVersion,omitempty"` // of the system: 18.7.2; absent if unknown
	Verdict        string         `json:"verdict"`                  // failing, at-risk, no-cause-found, not-examined, backed-up or suppressed
	Headline       string         `json:"headline"`                 // the diagnosis in one sentence
	Reason         string         `json:"reason,omitempty"`         // why it was not examined, or only in part
	Retried        string         `json:"retried,omitempty"`        // why an earlier try failed; absent if there was none
	Backup         BackupState    `json:"backup"`                   // known, never or unknown
	LastBackup     time.Time      `json:"lastBackup,omitzero"`      // end of the last good iCloud backup; absent unless backup is known
	NoLastBackup   string         `json:"noLastBackup,omitempty"`   // why it is not known
	Cut            string         `json:"cut,omitempty"`            // what was left out because the report was too long to send: evidence, findings
	Findings       []VisitFinding `json:"findings"`                 // problems, warnings, and checks that could not be read
	Causes         []PastCause    `json:"causes"`                   // problems and warnings that no other finding explains
	Gone           []PastCause    `json:"goneCauses"`               // found before, and found healthy at this visit
	Copy           *Copy          `json:"copy,omitempty"`           // how its backup to a computer ended at this visit; absent if none was made
}

// A VisitFinding is the result of one check at a visit.
type VisitFinding struct {
	Check       string `json:"check"`                 // id of the check
	Status      string `json:"status"`                // problem, warning, suppressed or unknown
	ExplainedBy string `json:"explainedBy,omitempty"` // id of the check that explains this finding, which is only a symptom
}

// A PastCause is a cause that was found on a device. A visit at which its check could not be
// read neither begins nor ends it.
type PastCause struct {
	Check  string    `json:"check"`  // id of the check
	Status string    `json:"status"` // problem or warning
	Since  time.Time `json:"since"`  // the visit at which it was first found; it was not found healthy since
	Came   bool      `json:"came"`   // it was found at this visit, and was healthy before
}

// A Stale lists the devices that have no recent good iCloud backup, according to a history.
type Stale struct {
	Header
	At      time.Time     `json:"at"`            // when the list was made; ages are relative to it
	Days    int           `json:"days"`          // maximum age of a backup
	Known   int           `json:"known"`         // devices in the history
	Stale   int           `json:"stale"`         // of those, without a recent backup
	Unknown int           `json:"unknown"`       // of those, with an unknown last backup
	Devices []KnownDevice `json:"devices"`       // devices without any backup, then by age of the last one, oldest first, then those with an unknown one
	MDM     *MDM          `json:"mdm,omitempty"` // what a management system reports about devices that are not in the history; absent without an export
}

// A SlotReport lists the places where devices were connected, and how reliable each is.
type SlotReport struct {
	Header
	Runs  int          `json:"runCount"` // number of the newest runs over devices that were counted
	Slots []SlotHealth `json:"slots"`    // suspicious ones first, then by visits in trouble
}

// A SlotHealth is one place on the bench. A visit is in trouble if the device was read only in
// part, or only at the second try, for a reason that may be temporary.
type SlotHealth struct {
	Slot        string        `json:"slot,omitempty"`       // its name; absent if it has none
	Location    string        `json:"location,omitempty"`   // the newest USB port, in hexadecimal; absent if usbmuxd did not report it
	Visits      int           `json:"visitCount"`           // visits of devices there
	Devices     int           `json:"deviceCount"`          // number of different devices
	Trouble     int           `json:"troubleCount"`         // visits in trouble
	Troubled    int           `json:"troubled"`             // number of different devices in trouble
	Reasons     []ReasonCount `json:"reasons"`              // reasons for the trouble, most frequent first
	LastTrouble time.Time     `json:"lastTrouble,omitzero"` // when trouble was last seen; absent if never
	Suspicious  bool          `json:"suspicious"`           // different devices keep failing there
}

// A ReasonCount is how often visits failed for one reason.
type ReasonCount struct {
	Reason string `json:"reason"`     // the reason: timeout, detached, …
	Visits int    `json:"visitCount"` // how often
}

// A History has all runs of a history, with the devices examined in them.
type History struct {
	Header
	Runs    []PastRun   `json:"runs"`    // oldest first
	Devices []RunDevice `json:"devices"` // in the order of the runs
}

// A RunDevice is one device in one run.
type RunDevice struct {
	Run    string `json:"run"`    // id of the run
	Device Device `json:"device"` // as in the report of that run
}

// A RunLine is one run, in a history exported line by line.
type RunLine struct {
	Header
	PastRun
}

// A VisitLine is one device of a run, in a history exported line by line.
type VisitLine struct {
	Header
	RunDevice
}
