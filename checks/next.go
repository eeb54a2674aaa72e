package checks

import (
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
)

// Next is the next step after scanning a device, named after the command for it.
type Next string

const (
	NextNothing     Next = ""            // the device is backed up, suppressed, or out of reach
	NextPair        Next = "pair"        // scan --pair: ask the device for trust
	NextSelfCheck   Next = "self-check"  // find out what is wrong with this computer
	NextScan        Next = "scan"        // unlock or reconnect the device, and scan it again
	NextMessage     Next = "message"     // scan --message: the message the device shows
	NextAsk         Next = "ask"         // scan --ask: the questions for a person
	NextListen      Next = "listen"      // follow a backup as it runs
	NextSysdiagnose Next = "sysdiagnose" // have the device collect its logs
	NextExplain     Next = "explain"     // read more about the first cause
	NextVerify      Next = "verify"      // prove the backup on this computer
)

// Nexts returns all next steps, in the order in which they are listed.
func Nexts() []Next {
	return []Next{NextPair, NextSelfCheck, NextScan, NextMessage, NextAsk, NextListen, NextSysdiagnose, NextExplain, NextVerify}
}

// next chooses the next step. If the reason is unknown, it is whatever may find it: the
// on-screen message first, then other answers from a person, then a log, then a sysdiagnose,
// skipping those that are unavailable or already used.
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

// nextOfUnexamined returns what helps if a device could not be read.
func nextOfUnexamined(reason device.Reason) Next {
	switch reason {
	case device.NeverPaired, device.TrustPending, device.TrustDenied, device.TrustStale, device.RecordBroken:
		return NextPair
	case device.MuxTrouble, device.RecordUnsaved, device.Unreachable:
		return NextSelfCheck
	case device.NotAsked, device.OtherClass, device.TrustForbidden:
		return NextNothing
	case device.NeedsPassword, device.WrongPassword:
		return NextVerify
	default:
		return NextScan
	}
}

// explained reports whether a cause says why backups fail. A date says only that none
// completed, a failure without a cause only that one failed, and a hint accompanying either is
// not the reason.
func explained(causes []Cause) bool {
	open := false
	for _, c := range causes {
		switch {
		case isDate(c.Check) || c.Check == transientGlitch && c.Status == Warning:
			open = true
		case c.Status == Problem && c.Check.Effect != Informs, saidByPerson(c.Finding):
			return true
		}
	}
	return !open && len(causes) > 0
}

// IsDate reports whether the check with an ID judges only the date of the last backup.
func IsDate(id string) bool {
	check, known := Find(id)
	return known && isDate(check)
}

// isDate reports whether a check's findings are based only on the date of the last backup.
func isDate(c *Check) bool {
	return c == neverBackedUp || c == backupStale || c == backupExpired180Days
}

// saidByPerson reports whether a finding is stated by a person's words or answer.
func saidByPerson(f Finding) bool {
	return slices.ContainsFunc(f.Evidence, func(e Evidence) bool { return e.Source == answerSource })
}
