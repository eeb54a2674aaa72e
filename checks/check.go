package checks

import (
	"time"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/checks/remedies"
	"github.com/backupdoctor/backupdoctor/device"
)

// A Check is one question about a device: a literal in a file of its own, named after it.
// A check has either a Judge or an Ask; one that can only sometimes be judged has both.
type Check struct {
	ID       string            // "backup-turned-off": kebab-case, never reused, never renamed
	Short    string            // the trouble in a few words, to count devices by: "iCloud Backup off"
	Title    string            // the healthy state, as a statement: "iCloud Backup is switched on"
	Doc      string            // why it matters, how it is decided, what cannot be known; Markdown
	Effect   Effect            // what an unhealthy answer does to iCloud Backup
	Sources  []remedies.Source // where the cause and its remedy are documented
	Remedies []remedies.ID     // in the order to try them
	Explains []string          // ids of checks whose findings are mere symptoms while this one is a problem
	Ask      string            // the question for a person where no computer can tell; a template, see Expand
	Told     Told              // what an answer to Ask means; zero where an answer settles nothing
	Judge    func(device.Snapshot) []Finding
}

// Effect says what an unhealthy answer does to iCloud Backup.
type Effect string

const (
	Blocks   Effect = "blocks"    // no backup can complete while it holds
	MayBlock Effect = "may-block" // sometimes it keeps a backup from completing
	Informs  Effect = "informs"   // worth telling; stops nothing by itself
)

// Status is what a finding says of its check.
type Status string

const (
	OK      Status = "ok"      // read, and healthy
	Warning Status = "warning" // read, and it may stop a backup, or will
	Problem Status = "problem" // read, and it stops backups
	Unknown Status = "unknown" // could not be read; Reason says why
	Ask     Status = "ask"     // only a person can tell
)

// A Finding is the answer to one check, about the device or one thing on it.
type Finding struct {
	Check        *Check
	Subject      string         // "" for the device, else the profile, app or process it is about
	Status       Status         //
	Summary      string         // one sentence with the numbers in it; what is, not what to do
	Evidence     []Evidence     // what the summary rests on
	Remedies     []remedies.ID  // those of the check's remedies that fit what was found; none if it is ok or unknown
	Gap          device.Gap     // why the answer is unknown; zero unless Status is Unknown
	Strength     codes.Strength // how strongly the evidence leads to the cause; "" for what its status and check say
	Contradicted bool           // a person's answer and something that was read say the opposite of each other; the evidence has both
	Remains      bool           // it is what remains once everything else is ruled out
}

// Evidence is one thing that was read, and where.
type Evidence struct {
	Key      string    // what it is, in words: "iCloud Backup switch"
	Value    string    // as read, with its unit
	Expected string    // what a healthy device shows; "" where there is no such line
	Source   string    // "lockdown com.apple.mobile.backup / CloudBackupEnabled"
	AsOf     time.Time // when it was true; UTC
}

// A Verdict is what all findings of one device add up to.
type Verdict string

const (
	Failing      Verdict = "failing"        // at least one problem
	AtRisk       Verdict = "at-risk"        // no problem, but a warning
	NoCauseFound Verdict = "no-cause-found" // no cause, and no proof that the device is backed up
	BackedUp     Verdict = "backed-up"      // no cause, and every [Need] was shown true
	NotExamined  Verdict = "not-examined"   // the device could not be read; its Gap says why
	Suppressed   Verdict = "suppressed"     // read to the end, and every cause is suppressed with a reason
)

// Verdicts are all of them, in the order in which they are counted and listed: what needs
// attention first.
func Verdicts() []Verdict {
	return []Verdict{Failing, AtRisk, NoCauseFound, NotExamined, BackedUp, Suppressed}
}

// VerdictNames are the ids of all verdicts, in the same order.
func VerdictNames() []string {
	var names []string
	for _, v := range Verdicts() {
		names = append(names, string(v))
	}
	return names
}

// Label is a verdict in words, as every format shows it.
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

// A Diagnosis is what all findings of one device add up to.
type Diagnosis struct {
	Verdict   Verdict
	Gap       device.Gap      // why the device was not examined, or not to the end; zero if it was
	Proof     []Need          // what has to be shown true for BackedUp, and whether it was
	Headline  string          // the diagnosis in one sentence
	Causes    []Cause         // problems, then warnings; root causes with their symptoms folded under them
	Plan      []remedies.Step // the remedies of all causes, cheapest and safest first, each once
	Next      Next            // the one thing to do next
	Unread    []Finding       // unknown findings
	Questions []Finding       // what only a person can tell
	Healthy   []Finding       // ok findings
}

// A Cause is a finding that nothing else found explains, with the findings it explains.
type Cause struct {
	Finding
	Symptoms []Finding
}

// Silenced is a finding that somebody chose not to hear of.
type Silenced struct {
	Finding
	Because string    // the reason that was given
	Until   time.Time // when it counts again; zero for never
}
