package device

import "time"

// An Attempt is what a log shows of one attempt at an iCloud backup. The log is an attached
// device's live log or a saved one.
//
// A log without an attempt gives one Attempt with the outcome unseen. That is missing data
// and does not mean that all is well: the processes that make backups are idle most of the
// time, and then log nothing.
type Attempt struct {
	Source  string         `json:"source" privacy:"public"`            // os_trace_relay, syslog_relay or file
	Origin  string         `json:"origin,omitempty" privacy:"private"` // path of the file; "" for an attached device
	Outcome AttemptOutcome `json:"outcome" privacy:"public"`           // how it ended

	From  Fact[time.Time] `json:"from,omitzero"`  // time of its first line, or else when listening began
	Until Fact[time.Time] `json:"until,omitzero"` // time of the line that ended it, or else when listening ended

	Causes     []PastCause      `json:"causes,omitempty"`                     // of a failure: the error, then its underlying errors, outermost first; empty if no code was readable
	Forced     bool             `json:"forced,omitempty"`                     // Setup Assistant forced the backup
	Died       bool             `json:"died,omitempty"`                       // backupd crashed during the backup
	CalledOff  string           `json:"calledOff,omitempty" privacy:"public"` // the lost condition that caused a cancellation: com.apple.backupd.wifi
	KeysLacked bool             `json:"keysLacked,omitempty"`                 // backupd: files are missing encryption keys
	Conditions Fact[Conditions] `json:"conditions,omitzero"`                  // the conditions that backupd last logged
	Page       BackupPage       `json:"page,omitzero"`                        // what the iCloud Backup page last logged

	PolicyForbids Fact[bool]   `json:"policyForbids,omitzero"` // backupd: a managed policy disables backups
	FailureCount  Fact[uint64] `json:"failureCount,omitzero"`  // backupd / FailureCount: consecutive failures

	Heard uint64    `json:"heard"`           // lines of the processes that are relevant to iCloud backups
	Lost  uint64    `json:"lost,omitempty"`  // lines that could not be read, or arrived too fast
	Lines []LogLine `json:"lines,omitempty"` // the relevant lines, in order of arrival
}

// AttemptOutcome is how an attempt ended, according to its log.
type AttemptOutcome string

const (
	AttemptFailed    AttemptOutcome = "failed"    // the log says so; includes cancelled attempts
	AttemptSucceeded AttemptOutcome = "succeeded" // the device's date of its last good backup changed
	AttemptUnended   AttemptOutcome = "unended"   // still running when the log, or listening to it, ended, or when another attempt began
	AttemptUnseen    AttemptOutcome = "unseen"    // the log has no attempt: no data
)

// Conditions are the device conditions that the backup scheduler checks. Source: backupd,
// =scheduler=.
type Conditions struct {
	At         time.Time  `json:"at"`                  // when it was logged; UTC
	Enabled    Fact[bool] `json:"enabled,omitzero"`    // enabled
	Locked     Fact[bool] `json:"locked,omitzero"`     // locked
	OnPower    Fact[bool] `json:"onPower,omitzero"`    // onPower
	OnWiFi     Fact[bool] `json:"onWiFi,omitzero"`     // onWiFi
	OnCellular Fact[bool] `json:"onCellular,omitzero"` // onCellular
}

// BackupPage is what the iCloud Backup page of Settings logs while it is open.
// Source: Preferences.
type BackupPage struct {
	Network        Fact[string] `json:"interfaceType,omitzero" privacy:"public"` // interface type: wifi, cellular or wired
	NetworkSuits   Fact[bool]   `json:"networkSuits,omitzero"`                   // the network supports backup
	PolicyForbids  Fact[bool]   `json:"policyForbids,omitzero"`                  // Policy Prevents Backup
	DemoMode       Fact[bool]   `json:"demoMode,omitzero"`                       // Store Demo Mode Enabled
	RestoreRunning Fact[bool]   `json:"restoreRunning,omitzero"`                 // restoreState running
	ButtonEnabled  Fact[bool]   `json:"buttonEnabled,omitzero"`                  // Backup Button Enabled
	ErrorOnPage    []PastCause  `json:"errorOnPage,omitempty"`                   // Setting error from backup state: of the last attempt, which may be long ago
}

// LogLine is one line of a log.
type LogLine struct {
	At      time.Time `json:"at"`                       // when it was logged; UTC
	Process string    `json:"process" privacy:"public"` // backupd, Preferences or Setup
	Text    string    `json:"text" privacy:"private"`   // may name files, apps and accounts
}
