package device

import "time"

// Attempt is what a log told of one attempt at an iCloud backup: that of an attached device
// as it was written, or one that somebody had saved.
//
// A log that told nothing is an attempt that was not seen. That is no data, and no sign
// that all is well: the processes that make backups are idle most of the time, and write
// nothing then.
type Attempt struct {
	Source  string         `json:"source" privacy:"public"`            // os_trace_relay, syslog_relay or file
	Origin  string         `json:"origin,omitempty" privacy:"private"` // path of the file; "" for an attached device
	Outcome AttemptOutcome `json:"outcome" privacy:"public"`           // how it ended

	From  Fact[time.Time] `json:"from,omitzero"`  // when its first line was written, or else when listening began
	Until Fact[time.Time] `json:"until,omitzero"` // when the line was written that ended it, or else when listening ended

	Causes     []PastCause      `json:"causes,omitempty"`                     // of a failure: the error, then those behind it, outermost first; none if no code was readable
	Forced     bool             `json:"forced,omitempty"`                     // Setup Assistant made the device back up
	Died       bool             `json:"died,omitempty"`                       // backupd crashed while it made the backup
	CalledOff  string           `json:"calledOff,omitempty" privacy:"public"` // the condition that a cancellation names: com.apple.backupd.wifi
	KeysLacked bool             `json:"keysLacked,omitempty"`                 // backupd: files are missing encryption keys
	Conditions Fact[Conditions] `json:"conditions,omitzero"`                  // what backupd last said that it waits for
	Page       BackupPage       `json:"page,omitzero"`                        // what the iCloud Backup page last said of itself

	PolicyForbids Fact[bool]   `json:"policyForbids,omitzero"` // backupd: backups are disabled by a policy of management
	FailureCount  Fact[uint64] `json:"failureCount,omitzero"`  // backupd / FailureCount: failures in a row

	Heard uint64    `json:"heard"`           // lines of the processes that bear on iCloud backups
	Lost  uint64    `json:"lost,omitempty"`  // lines that could not be read, or came too fast to be kept
	Lines []LogLine `json:"lines,omitempty"` // the telling lines, in the order they came
}

// AttemptOutcome is how an attempt ended, according to its log.
type AttemptOutcome string

const (
	AttemptFailed    AttemptOutcome = "failed"    // the log says so; includes cancelled attempts
	AttemptSucceeded AttemptOutcome = "succeeded" // the device's date of its last good backup changed
	AttemptUnended   AttemptOutcome = "unended"   // still running when the log, or listening to it, ended, or when another attempt began
	AttemptUnseen    AttemptOutcome = "unseen"    // the log has no attempt: no data
)

// Conditions are what the scheduler of backups sees of the device. // backupd, =scheduler=
type Conditions struct {
	At         time.Time  `json:"at"`                  // when it was logged; UTC
	Enabled    Fact[bool] `json:"enabled,omitzero"`    // enabled
	Locked     Fact[bool] `json:"locked,omitzero"`     // locked
	OnPower    Fact[bool] `json:"onPower,omitzero"`    // onPower
	OnWiFi     Fact[bool] `json:"onWiFi,omitzero"`     // onWiFi
	OnCellular Fact[bool] `json:"onCellular,omitzero"` // onCellular
}

// BackupPage is what the iCloud Backup page of Settings says of itself while it is open.
// // Preferences
type BackupPage struct {
	Network        Fact[string] `json:"network,omitzero" privacy:"public"` // interface type: wifi, cellular or wired
	NetworkSuits   Fact[bool]   `json:"networkSuits,omitzero"`             // the network supports backup
	PolicyForbids  Fact[bool]   `json:"policyForbids,omitzero"`            // Policy Prevents Backup
	DemoMode       Fact[bool]   `json:"demoMode,omitzero"`                 // Store Demo Mode Enabled
	RestoreRunning Fact[bool]   `json:"restoreRunning,omitzero"`           // restoreState running
	ButtonEnabled  Fact[bool]   `json:"buttonEnabled,omitzero"`            // Backup Button Enabled
	ErrorOnPage    []PastCause  `json:"errorOnPage,omitempty"`             // Setting error from backup state: that of the last attempt, which may be long ago
}

// LogLine is one line of a log.
type LogLine struct {
	At      time.Time `json:"at"`                       // when it was logged; UTC
	Process string    `json:"process" privacy:"public"` // backupd, Preferences or Setup
	Text    string    `json:"text" privacy:"private"`   // may name files, apps and accounts
}
