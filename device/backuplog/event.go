package backuplog

import (
	"path"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// A Kind is what a line tells of.
type Kind string

const (
	Failed     Kind = "failed"     // an attempt ended with an error, or was cancelled
	Died       Kind = "died"       // backupd ended by an exception, or its crash was reported
	Working    Kind = "working"    // backupd works on an iCloud backup
	Conditions Kind = "conditions" // what the scheduler waits for, and what of it holds
	Scheduled  Kind = "scheduled"  // the scheduler otherwise: counts of failures, times to try again
	Page       Kind = "page"       // the iCloud Backup page of Settings is open, and tells of itself
	Trouble    Kind = "trouble"    // an error of backupd that ends no attempt
)

// An Event is what one line tells of iCloud Backup. What it does not tell is unknown.
type Event struct {
	Line
	Kind  Kind
	Codes []device.PastCause // of a failure or trouble, outermost first; may be none

	Conditions    device.Conditions   // of Conditions
	Page          device.BackupPage   // of Page: what this line says
	FailureCount  device.Fact[uint64] // of Scheduled
	PolicyForbids device.Fact[bool]   // of Scheduled
	Forced        bool                // the attempt was forced by Setup Assistant
	Begins        bool                // of Working: the attempt begins with this line
	OfAttempt     bool                // of Trouble: only an attempt meets it
	CalledOff     string              // of Failed: the condition that a cancellation names
	KeysLacked    bool                // files are missing encryption keys
}

// Understand says what a line tells of iCloud Backup; ok is false if it tells nothing.
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

// The tags that backupd puts before its lines, since about iOS 11.
const (
	cloudTag     = "=cloud-backup="
	schedulerTag = "=scheduler="
)

// What backupd says of an attempt beside its first and last line.
var (
	// A daemon that throws an exception, or calls abort, ends there.
	dying = pattern(`(?i)\bTerminating app due to uncaught exception\b|\babort\(\) called\b`)
	// ReportCrash names the process that it writes a report of, and its number.
	crashed = pattern(`\bcorpse\[(\d+)\] backupd\b`)
	// backupd meets these errors only while it gathers or uploads files.
	inAttempt = pattern(`(?i)\bfailed to (?:upload|back ?up|copy|save|scan|read|open|stat)\b|\bOperation .{1,120} failed\b|\bstat\("|\bmissing encryption keys\b`)
	lacksKeys = pattern(`(?i)\bmissing encryption keys\b`)
	begins    = pattern(`\bStarting backup\b`)
	// The bracket of a cancellation names the condition that was lost.
	calledOff = pattern(`(?i)\bcancell?ed \((com\.apple\.backupd\.[\w.-]{1,60})\)`)
	// A Mac's Time Machine is made by a daemon of the same name.
	timeMachine = pattern(`\bcom\.apple\.TimeMachine\b|\bTime Machine\b|\.backupdb\b|\bStarting (?:automatic|manual|standard) backup\b`)
)

// OfTimeMachine is true of a line of the daemon that makes a Mac's backups, which is called
// backupd as well.
func OfTimeMachine(line Line) bool {
	return path.Base(line.Process) == backupd && timeMachine().MatchString(line.Text)
}

var failure = pattern(`(?i)\bbackup failed(?: with error)?: ?(.*)`)

// ofBackupd understands a line of backupd. Its own errors that end nothing are told by their
// level or, where a log has none, by a code; other lines are of no account.
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

// flag finds the flags of a scheduler's line: enabled:1, locked:0, onCellular:0(1).
var flag = pattern(`\b(enabled|locked|onPower|onWiFi|onCellular): ?([01])\b`)

// failureCount finds the number of failures in a row: FailureCount for account …: 5(4).
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

// number reads digits that a pattern has counted.
func number(digits string) uint64 {
	var n uint64
	for _, d := range digits {
		n = n*10 + uint64(d-'0')
	}
	return n
}

// ofSetup understands a line of Setup Assistant, of which only the end of a backup that it
// forced counts.
func (e *Event) ofSetup() bool {
	found := failure().FindStringSubmatch(e.Text)
	if found == nil {
		return false
	}
	e.Kind, e.Codes, e.Forced = Failed, codes(found[1]), true
	return true
}
