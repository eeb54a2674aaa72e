package backuplog

import (
	"path"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Kind is the kind of information in a line.
type Kind string

const (
	Failed     Kind = "failed"     // an attempt ended with an error, or was cancelled
	Died       Kind = "died"       // backupd threw an exception, or its crash was reported
	Working    Kind = "working"    // backupd is making an iCloud backup
	Conditions Kind = "conditions" // the scheduler's conditions, and which of them are met
	Scheduled  Kind = "scheduled"  // other scheduler lines: failure counts, retry times
	Page       Kind = "page"       // state of the iCloud Backup page of Settings, while it is open
	Trouble    Kind = "trouble"    // a backupd error that does not end an attempt
)

// An Event is what one line says about iCloud Backup. Facts that it does not mention are
// unknown.
type Event struct {
	Line
	Kind  Kind
	Codes []device.PastCause // of Failed and Trouble, outermost first; may be empty

	Conditions    device.Conditions   // of Conditions
	Page          device.BackupPage   // of Page: from this line only
	FailureCount  device.Fact[uint64] // of Scheduled
	PolicyForbids device.Fact[bool]   // of Scheduled
	Forced        bool                // the attempt was forced by Setup Assistant
	Begins        bool                // of Working: this line starts the attempt
	OfAttempt     bool                // of Trouble: an error that occurs only during an attempt
	CalledOff     string              // of Failed: the lost condition that caused a cancellation
	KeysLacked    bool                // files are missing encryption keys
}

// Understand interprets a line. ok is false if the line has no information about iCloud
// Backup.
func Understand(line Line) (event Event, ok bool) {
	line.Text = Cut(line.Text)
	line.Process = path.Base(line.Process)
	event = Event{Line: line}
	switch line.Process {
	case backupd:
		if OfTimeMachine(line) {
			return event, false
		}
		ok = event.ofBackupd()
	case preferences:
		ok = event.ofPage()
	case setup:
		ok = event.ofSetup()
	case reporter:
		event.Kind, ok = Died, crashed().MatchString(line.Text)
	}
	return event, ok
}

// Tags that backupd puts before its messages since about iOS 11.
const (
	cloudTag     = "=cloud-backup="
	schedulerTag = "=scheduler="
)

// backupd's messages about an attempt, other than its first and last line.
var (
	// An uncaught exception or a call to abort ends the daemon.
	dying = pattern(`(?i)\bTerminating app due to uncaught exception\b|\babort\(\) called\b`)
	// ReportCrash logs the name and the PID of the crashed process.
	crashed = pattern(`\bcorpse\[(\d+)\] backupd\b`)
	// These errors occur only while backupd collects or uploads files.
	inAttempt = pattern(`(?i)\bfailed to (?:upload|back ?up|copy|save|scan|read|open|stat)\b|\bOperation .{1,120} failed\b|\bstat\("|\bmissing encryption keys\b`)
	lacksKeys = pattern(`(?i)\bmissing encryption keys\b`)
	begins    = pattern(`\bStarting backup\b`)
	// The lost condition is in parentheses.
	calledOff = pattern(`(?i)\bcancell?ed \((com\.apple\.backupd\.[\w.-]{1,60})\)`)
	// The Time Machine daemon has the same name.
	timeMachine = pattern(`\bcom\.apple\.TimeMachine\b|\bTime Machine\b|\.backupdb\b|\bStarting (?:automatic|manual|standard) backup\b`)
)

// OfTimeMachine reports whether a line comes from the Time Machine daemon of a Mac, which
// is also called backupd.
func OfTimeMachine(line Line) bool {
	return path.Base(line.Process) == backupd && timeMachine().MatchString(line.Text)
}

var failure = pattern(`(?i)\bbackup failed(?: with error)?: ?(.*)`)

// ofBackupd interprets a line of backupd. Errors that do not end an attempt are recognized
// by their log level or, in logs without levels, by an error code. Other lines are ignored.
func (e *Event) ofBackupd() bool {
	switch found := failure().FindStringSubmatch(e.Text); {
	case found != nil:
		e.Kind, e.Codes = Failed, codes(found[1])
		e.KeysLacked = lacksKeys().MatchString(e.Text)
		if off := calledOff().FindStringSubmatch(e.Text); off != nil {
			e.CalledOff = off[1]
		}
	case dying().MatchString(e.Text):
		e.Kind = Died
	case strings.Contains(e.Text, schedulerTag):
		return e.ofScheduler()
	case strings.Contains(e.Text, "disabled by the current MC policy"):
		e.Kind, e.PolicyForbids = Scheduled, device.Known(true)
	default:
		e.Codes = codes(e.Text)
		e.OfAttempt, e.KeysLacked = inAttempt().MatchString(e.Text), lacksKeys().MatchString(e.Text)
		switch {
		case len(e.Codes) > 0 || e.Error || e.OfAttempt:
			e.Kind = Trouble
		case strings.Contains(e.Text, cloudTag):
			e.Kind, e.Begins = Working, begins().MatchString(e.Text)
		default:
			return false
		}
	}
	return true
}

// flag matches the flags in a scheduler line: enabled:1, locked:0, onCellular:0(1).
var flag = pattern(`\b(enabled|locked|onPower|onWiFi|onCellular): ?([01])\b`)

// failureCount matches the number of consecutive failures: FailureCount for account …:
// 5(4).
var failureCount = pattern(`\bUpdating FailureCount\b.*: ?(\d{1,6})\(\d{1,6}\)`)

func (e *Event) ofScheduler() bool {
	if flags := flag().FindAllStringSubmatch(e.Text, -1); flags != nil {
		e.Kind, e.Conditions.At = Conditions, e.At
		for _, f := range flags {
			*condition(&e.Conditions, f[1]) = device.Known(f[2] == "1")
		}
		return true
	}
	e.Kind = Scheduled
	if count := failureCount().FindStringSubmatch(e.Text); count != nil {
		e.FailureCount = device.Known(number(count[1]))
	}
	if strings.Contains(e.Text, "disabled by the current MC policy") {
		e.PolicyForbids = device.Known(true)
	}
	return true
}

func condition(c *device.Conditions, name string) *device.Fact[bool] {
	switch name {
	case "enabled":
		return &c.Enabled
	case "locked":
		return &c.Locked
	case "onPower":
		return &c.OnPower
	case "onWiFi":
		return &c.OnWiFi
	default:
		return &c.OnCellular
	}
}

// number parses digits. The pattern that matched them limits their length.
func number(digits string) uint64 {
	var n uint64
	for _, d := range digits {
		n = n*10 + uint64(d-'0')
	}
	return n
}

// ofSetup interprets a line of Setup Assistant. Only the end of a backup that it forced
// matters.
func (e *Event) ofSetup() bool {
	found := failure().FindStringSubmatch(e.Text)
	if found == nil {
		return false
	}
	e.Kind, e.Codes, e.Forced = Failed, codes(found[1]), true
	return true
}
