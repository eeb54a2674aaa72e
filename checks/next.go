package checks

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// Next is the one thing to do after a scan of a device, as the command that does it.
type Next string

const (
	NextNothing     Next = ""            // the device is backed up, suppressed, or out of reach
	NextPair        Next = "pair"        // scan --pair: ask the device for trust
	NextSelfCheck   Next = "self-check"  // see what is wrong with this computer
	NextScan        Next = "scan"        // unlock or reconnect the device, and scan it again
	NextMessage     Next = "message"     // scan --message: the words that the device shows
	NextAsk         Next = "ask"         // scan --ask: the questions for a person
	NextListen      Next = "listen"      // follow a backup as it is made
	NextSysdiagnose Next = "sysdiagnose" // have the device gather its logs
	NextExplain     Next = "explain"     // read on about the first cause
	NextVerify      Next = "verify"      // prove the backup on this computer
)

// Nexts are all of them, in the order in which they are listed.
func Nexts() []Next {
	return []Next{NextPair, NextSelfCheck, NextScan, NextMessage, NextAsk, NextListen, NextSysdiagnose, NextExplain, NextVerify}
}

// next chooses what to do next. Where the reason is unknown it is what would find it: the words
// on the screen first, then the other answers of a person, then a log, then a sysdiagnose, as
// far as each is at hand and was not used yet.
func next(s device.Snapshot, d Diagnosis) Next {
	switch {
	case d.Verdict == BackedUp || d.Verdict == Suppressed:
		return NextNothing
	case d.Verdict == NotExamined:
		return nextOfUnexamined(d.Gap.Reason)
	case explained(d.Causes):
		return NextExplain
	case d.Gap.Reason != "":
		return nextOfUnexamined(d.Gap.Reason)
	}
	if d.Verdict == NoCauseFound && expects(s) == device.ExpectComputer {
		return NextVerify
	}
	_, message := said(s, device.MessageQuestion)
	asked := slices.ContainsFunc(s.Answers, func(a device.Answer) bool { return a.Question != device.MessageQuestion })
	archived := slices.ContainsFunc(s.Histories, func(h device.History) bool { return h.Source == archiveSource })
	scanned := s.Live != nil || len(s.Histories)+len(s.Backups) > 0
	switch {
	case scanned && d.Verdict != NoCauseFound && !message && !asked:
		return NextMessage
	case scanned && d.Verdict != NoCauseFound && !asked && len(d.Questions) > 0:
		return NextAsk
	case trusted(s) && len(s.Attempts) == 0:
		return NextListen
	case !archived:
		return NextSysdiagnose
	case len(d.Causes) > 0:
		return NextExplain
	default:
		return NextNothing
	}
}

// nextOfUnexamined is what helps where a device could not be read.
func nextOfUnexamined(reason device.Reason) Next {
	switch reason {
	case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale, device.RecordBroken:
		return NextPair
	case device.MuxTrouble, device.RecordUnsaved, device.Unreachable:
		return NextSelfCheck
	case device.NotAsked, device.OtherClass, device.TrustForbidden:
		return NextNothing
	default:
		return NextScan
	}
}

// explained reports whether a cause says why backups fail. A date says only that none
// completed, a failure without a cause only that one failed, and a hint beside either is not
// the reason.
func explained(causes []Cause) bool {
	open := false
	for _, c := range causes {
		switch {
		case isDate(c.Check) || c.Check == transientGlitch && c.Status == Warning:
			open = true
		case c.Status == Problem && c.Check.Effect != Informs, toldBy(c.Finding):
			return true
		}
	}
	return !open && len(causes) > 0
}

// isDate is true of the checks whose findings rest on the date of the last backup alone.
func isDate(c *Check) bool {
	return c == neverBackedUp || c == backupStale || c == backupExpired180Days
}

// toldBy is true of a finding that a person's words or answer state.
func toldBy(f Finding) bool {
	return slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.Source == toldSource })
}
