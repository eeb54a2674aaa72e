package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// A Check is one question about a device, defined by a literal in a file named after it. It has
// a Judge or an Ask; a check that can only sometimes be judged has both.
type Check struct {
	ID       string            // "backup-turned-off": kebab-case, never reused, never renamed
	Short    string            // the trouble in a few words, for counting devices: "iCloud Backup off"
	Title    string            // the healthy state, as a statement: "iCloud Backup is switched on"
	Doc      string            // why it matters, how it is decided, what cannot be known; Markdown
	Effect   Effect            // what an unhealthy answer does to iCloud Backup
	Sources  []remedies.Source // where the cause and its remedy are documented
	Remedies []remedies.ID     // in the order to try them
	Explains []string          // IDs of checks whose findings are mere symptoms while this one is a problem
	Ask      string            // the question for a person if no computer can tell; a template, see Expand
	Answers  Answers           // what an answer to Ask means; zero if an answer settles nothing
	Judge    func(device.Snapshot) []Finding
}

// Effect is what an unhealthy answer does to iCloud Backup.
type Effect string

const (
	Blocks   Effect = "blocks"    // no backup can complete while it holds
	MayBlock Effect = "may-block" // sometimes keeps a backup from completing
	Informs  Effect = "informs"   // worth knowing; stops nothing by itself
)

// Status is the outcome of a check.
type Status string

const (
	OK      Status = "ok"      // read, and healthy
	Warning Status = "warning" // read, and it may stop a backup now or later
	Problem Status = "problem" // read, and it stops backups
	Unknown Status = "unknown" // could not be read; Reason says why
	Ask     Status = "ask"     // only a person can tell
)

// A Finding is the result of one check, for the device or one thing on it.
type Finding struct {
	Check        *Check
	Subject      string         // "" for the device, else the profile, app or process concerned
	Status       Status         //
	Summary      string         // one sentence including the numbers; states the facts, gives no advice
	Evidence     []Evidence     // what the summary is based on
	Remedies     []remedies.ID  // the check's remedies that fit the finding; none if it is ok or unknown
	Gap          device.Gap     // why the answer is unknown; zero unless Status is Unknown
	Strength     codes.Strength // how strongly the evidence leads to the cause; "" to derive it from status and check
	Contradicted bool           // a person's answer and something that was read contradict each other; the evidence has both
	Remains      bool           // it is what remains once everything else is ruled out
}

// Evidence is one thing that was read, and its source.
type Evidence struct {
	Key      string    // what it is, in words: "iCloud Backup switch"
	Value    string    // as read, with its unit
	Expected string    // what a healthy device shows; "" if there is no such value
	Source   string    // "lockdown com.apple.mobile.backup / CloudBackupEnabled"
	AsOf     time.Time // when it was true; UTC
}

// A Verdict sums up all findings for one device.
type Verdict string

const (
	Failing      Verdict = "failing"        // at least one problem
	AtRisk       Verdict = "at-risk"        // no problem, but a warning
	NoCauseFound Verdict = "no-cause-found" // no cause, and no proof that the device is backed up
	BackedUp     Verdict = "backed-up"      // no cause, and every [Need] was shown true
	NotExamined  Verdict = "not-examined"   // the device could not be read; its Gap says why
	Suppressed   Verdict = "suppressed"     // fully read, and every cause is suppressed with a reason
)

// Verdicts returns all verdicts in the order in which they are counted and listed: what needs
// attention comes first.
func Verdicts() []Verdict {
	return []Verdict{Failing, AtRisk, NoCauseFound, NotExamined, BackedUp, Suppressed}
}

// VerdictNames returns the IDs of all verdicts, in the same order.
func VerdictNames() []string {
	var names []string
	for _, v := range Verdicts() {
		names = append(names, string(v))
	}
	return names
}

// Label returns a verdict in words, as shown in every format.
func (v Verdict) Label() string {
	switch v {
	case Failing:
		return "Failing"
	case AtRisk:
		return "At risk"
	case NoCauseFound:
		return "No cause found"
	case BackedUp:
		return "Backed up"
	case NotExamined:
		return "Not examined"
	case Suppressed:
		return "Suppressed"
	default:
		return "Unknown verdict"
	}
}

// A Diagnosis sums up all findings for one device.
type Diagnosis struct {
	Verdict   Verdict
	Gap       device.Gap      // why the device was not examined, or only in part; zero if it was
	Proof     []Need          // what must be shown true for BackedUp, and whether it was
	Headline  string          // the diagnosis in one sentence
	Causes    []Cause         // problems, then warnings; root causes with their symptoms folded into them
	Plan      []remedies.Step // the remedies of all causes without duplicates, cheapest and safest first
	Next      Next            // the one thing to do next
	Unread    []Finding       // unknown findings
	Questions []Finding       // questions for a person
	Healthy   []Finding       // ok findings
}

// A Cause is a finding that no other finding explains, with the findings it explains.
type Cause struct {
	Finding
	Symptoms []Finding
}

// Silenced is a finding that a user chose to suppress.
type Silenced struct {
	Finding
	Because string    // the reason given
	Until   time.Time // when the suppression expires; zero for never
}
