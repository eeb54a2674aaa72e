package report

import "time"

// A RunList is the newest runs of a history.
type RunList struct {
	Header
	Total int       `json:"total"` // runs in the history
	Runs  []PastRun `json:"runs"`  // the newest of them, newest first
}

// The states of a past run.
const (
	RunFinished = "finished"
	RunRunning  = "running" // a process still holds its lock
	RunCutOff   = "cut-off" // not finished, and no process holds its lock
	RunUnknown  = "unknown" // from a bench, which does not tell the hub when a run ends
)

// The reasons to doubt a date, because the clock may have been wrong. Runs and visits are in
// the order in which they were written.
const (
	DoubtFuture     = "future"      // it is in the future
	DoubtJumpedBack = "jumped-back" // it is before the date of the previous entry
)

// A PastRun is one run and its devices counted, each once, as it was last seen in the run.
type PastRun struct {
	Run          string    `json:"run"`                 // id of the run
	Bench        string    `json:"bench,omitempty"`     // that ran it; absent outside a fleet
	State        string    `json:"state"`               // finished, running or cut-off; unknown in a fleet
	StartedAt    time.Time `json:"startedAt"`           // when it began
	Doubtful     string    `json:"doubtful,omitempty"`  // why that is in doubt: future or jumped-back
	FinishedAt   time.Time `json:"finishedAt,omitzero"` // when it was over; absent unless it is finished
	Tool         string    `json:"toolVersion"`         // version of the program
	Host         Host      `json:"host"`                // the computer that looked
	Subject      string    `json:"subject"`             // what it was about: devices or backups
	Partial      bool      `json:"partial"`             // devices may be missing, as from each run that is not finished
	Exit         *int      `json:"exitCode,omitempty"`  // its exit code; absent until it is over
	Total        *int      `json:"total,omitempty"`     // devices it set out to examine; absent where that is not known, as of a watch
	Devices      int       `json:"deviceCount"`         // those that it came to
	Failing      int       `json:"failing"`             // with the verdict failing
	AtRisk       int       `json:"atRisk"`              // with the verdict at-risk
	NoCauseFound int       `json:"noCauseFound"`        // with the verdict no-cause-found
	BackedUp     int       `json:"backedUp"`            // with the verdict backed-up
	Suppressed   int       `json:"suppressed"`          // with the verdict suppressed
	NotExamined  int       `json:"notExamined"`         // with the verdict not-examined
	Retried      int       `json:"retriedCount"`        // examined in a second try, or not even then
}

// A BackupState says whether the last good iCloud backup of a device is known.
type BackupState string

const (
	BackupKnown   BackupState = "known"   // its end is known
	BackupNever   BackupState = "never"   // the device has never been backed up
	BackupUnknown BackupState = "unknown" // could not be read at the last visit
)

// A KnownDevice is a device as it was last read: on this computer, or on any bench of a fleet.
type KnownDevice struct {
	UDID           string      `json:"udid"`                     // its identifier, as its reports have it
	Serial         string      `json:"serial,omitempty"`         // its serial number; absent if unknown
	Name           string      `json:"name"`                     // what its owner calls it; "" if unknown
	Slot           string      `json:"slot,omitempty"`           // its place on the bench; absent if it has none
	Location       string      `json:"location,omitempty"`       // the USB port in hexadecimal; absent if usbmuxd did not tell
	Site           string      `json:"site,omitempty"`           // of the inventory, or else of the bench; absent outside a fleet
	Bench          string      `json:"bench,omitempty"`          // that read it; absent outside a fleet
	Asset          []Field     `json:"asset,omitempty"`          // its row of the inventory; absent without one
	ModelName      string      `json:"modelName,omitempty"`      // iPhone 13 mini; absent if unknown
	ProductType    string      `json:"productType,omitempty"`    // iPhone14,4; absent if unknown
	System         string      `json:"system,omitempty"`         // iOS or iPadOS
	ProductVersion string      `json:"productVersion,omitempty"` // of the system: 18.7.2; absent if unknown
	TakenAt        time.Time   `json:"takenAt"`                  // when it was read, by the clock of the computer that did
	Doubtful       string      `json:"doubtful,omitempty"`       // why that is in doubt: future or jumped-back
	Verdict        string      `json:"verdict"`                  // failing, at-risk, no-cause-found, not-examined, backed-up or suppressed
	Headline       string      `json:"headline"`                 // the diagnosis in one sentence
	Reason         string      `json:"reason,omitempty"`         // why it was not examined, or not to the end
	Backup         BackupState `json:"backup"`                   // known, never or unknown
	LastBackup     time.Time   `json:"lastBackup,omitzero"`      // end of the last good iCloud backup; absent unless backup is known
	NoLastBackup   string      `json:"noLastBackup,omitempty"`   // why it is not
	EarlierBackup  time.Time   `json:"earlierBackup,omitzero"`   // where backup is unknown, what was known at an earlier visit; absent if nothing, or that there was none
	EarlierAt      time.Time   `json:"earlierAt,omitzero"`       // when that visit was
}

// A Story is what the history knows of one device.
type Story struct {
	Header
	Device KnownDevice `json:"device"` // which device it is
	Total  int         `json:"total"`  // its visits in the history
	Visits []Visit     `json:"visits"` // the newest of them, newest first
}

// A Visit is one reading of a device, and what had changed since the visits before.
type Visit struct {
	Run            string         `json:"run,omitempty"`            // id of the run; absent if unknown
	Subject        string         `json:"subject,omitempty"`        // what the run was about: devices or backups; absent if unknown
	ReportID       string         `json:"reportID,omitempty"`       // id of its report
	Bench          string         `json:"bench,omitempty"`          // that read it; absent outside a fleet
	Site           string         `json:"site,omitempty"`           // of the inventory, or else of the bench; absent outside a fleet
	Tool           string         `json:"toolVersion,omitempty"`    // version of the program
	TakenAt        time.Time      `json:"takenAt"`                  // when the device was read
	ReceivedAt     time.Time      `json:"receivedAt,omitzero"`      // when the hub had it; absent outside a fleet
	Doubtful       string         `json:"doubtful,omitempty"`       // why takenAt is in doubt: future or jumped-back
	Slot           string         `json:"slot,omitempty"`           // its place on the bench; absent if it had none
	Location       string         `json:"location,omitempty"`       // the USB port in hexadecimal; absent if usbmuxd did not tell
	System         string         `json:"system,omitempty"`         // iOS or iPadOS
	ProductVersion string         `json:"productVersion,omitempty"` // of the system: 18.7.2; absent if unknown
	Verdict        string         `json:"verdict"`                  // failing, at-risk, no-cause-found, not-examined, backed-up or suppressed
	Headline       string         `json:"headline"`                 // the diagnosis in one sentence
	Reason         string         `json:"reason,omitempty"`         // why it was not examined, or not to the end
	Retried        string         `json:"retried,omitempty"`        // why an earlier try broke off; absent if there was none
	Backup         BackupState    `json:"backup"`                   // known, never or unknown
	LastBackup     time.Time      `json:"lastBackup,omitzero"`      // end of the last good iCloud backup; absent unless backup is known
	NoLastBackup   string         `json:"noLastBackup,omitempty"`   // why it is not
	Cut            string         `json:"cut,omitempty"`            // what was left out of the report on its way, which was too long: evidence, findings
	Findings       []VisitFinding `json:"findings"`                 // what was unwell or could not be read
	Causes         []PastCause    `json:"causes"`                   // problems and warnings that nothing explains
	Gone           []PastCause    `json:"goneCauses"`               // found before, and read to be well at this visit
}

// A VisitFinding is what a visit told of one check.
type VisitFinding struct {
	Check       string `json:"check"`                 // id of the check
	Status      string `json:"status"`                // problem, warning, suppressed or unknown
	ExplainedBy string `json:"explainedBy,omitempty"` // id of the check whose finding this is a mere symptom of
}

// A PastCause is a cause that was found on a device. What could not be read at a visit
// neither begins nor ends it.
type PastCause struct {
	Check  string    `json:"check"`  // id of the check
	Status string    `json:"status"` // problem or warning
	Since  time.Time `json:"since"`  // the first visit since when it was found and never read to be well
	Came   bool      `json:"came"`   // it is found at this visit, and was read to be well before
}

// A Stale is the devices without a recent good iCloud backup, as far as a history knows.
type Stale struct {
	Header
	At      time.Time     `json:"at"`            // when the question was asked; every age is counted from here
	Days    int           `json:"days"`          // how old the backup of a device may be
	Known   int           `json:"known"`         // devices in the history
	Stale   int           `json:"stale"`         // of those, without a backup that is recent enough, or without any
	Unknown int           `json:"unknown"`       // of those, whose last backup is unknown
	Devices []KnownDevice `json:"devices"`       // the stale: those without any, then the oldest first; then the unknown
	MDM     *MDM          `json:"mdm,omitempty"` // what a management system reports about devices that are not in the history; absent without an export
}

// A SlotReport is the places where devices were connected, and how well that went there.
type SlotReport struct {
	Header
	Runs  int          `json:"runCount"` // the newest runs over devices, which were looked at
	Slots []SlotHealth `json:"slots"`    // the suspicious first, then those with the most trouble
}

// A SlotHealth is one place on the bench. A visit is in trouble if the device was not read
// to its end, or only in a second try, for a reason that may pass.
type SlotHealth struct {
	Slot        string        `json:"slot,omitempty"`       // the name that was given to it; absent if it has none
	Location    string        `json:"location,omitempty"`   // the USB port in hexadecimal, as it was last; absent if usbmuxd did not tell
	Visits      int           `json:"visitCount"`           // devices that were examined there, one as often as it came
	Devices     int           `json:"deviceCount"`          // different devices among them
	Trouble     int           `json:"troubleCount"`         // visits in trouble
	Troubled    int           `json:"troubled"`             // different devices among those
	Reasons     []ReasonCount `json:"reasons"`              // what the trouble was, the most frequent first
	LastTrouble time.Time     `json:"lastTrouble,omitzero"` // when there was trouble last; absent if there was none
	Suspicious  bool          `json:"suspicious"`           // devices keep failing there, whichever they are
}

// A ReasonCount says how often something went wrong for one reason.
type ReasonCount struct {
	Reason string `json:"reason"`     // one of device's reasons: timeout, detached, …
	Visits int    `json:"visitCount"` // how often
}

// A History is all runs of a history, and the devices that were examined in them.
type History struct {
	Header
	Runs    []PastRun   `json:"runs"`    // oldest first
	Devices []RunDevice `json:"devices"` // in the order of their runs
}

// A RunDevice is one device in one run.
type RunDevice struct {
	Run    string `json:"run"`    // id of the run
	Device Device `json:"device"` // as in the report of that run
}

// A RunLine is a run of a history that is exported line by line.
type RunLine struct {
	Header
	PastRun
}

// A VisitLine is a device of a run of a history that is exported line by line.
type VisitLine struct {
	Header
	RunDevice
}
