package checks

import (
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/device"
)

// headline returns the diagnosis in one sentence.
func headline(s device.Snapshot, d Diagnosis) string {
	log, silentLog := silentLog(s)
	switch {
	case d.Verdict == NotExamined && silentLog && s.Live == nil:
		return sentence(log)
	case d.Verdict == NotExamined && d.Gap.Reason == device.NotAsked:
		return "The device was not attached."
	case d.Verdict == NotExamined && d.Gap.Reason == device.OtherClass:
		return otherHeadline(s)
	case d.Verdict == NotExamined && trusted(s) && isNameless(s):
		return "The device did not report its UDID, so what was read may be another device's: " + d.Gap.Error() + "."
	case d.Verdict == NotExamined && trusted(s):
		return "What the device reports about iCloud Backup could not be read: " + d.Gap.Error() + "."
	case d.Verdict == NotExamined && live(s).PairTry.Reason != d.Gap.Reason:
		return sentence(d.Gap.Error() + failedTry(live(s).PairTry))
	case d.Verdict == NotExamined:
		return sentence(d.Gap.Error())
	}
	if text := expectedHeadline(s, d); text != "" {
		return text
	}
	if s.Live == nil {
		return recordHeadline(s, d)
	}
	alarm, isFalse := falseAlarmOf(d.Healthy)
	switch {
	case d.Verdict == AtRisk && isFalse:
		return clause(alarm.Summary) + "; beside it: " + count(len(d.Causes), "warning") + "."
	case d.Verdict == BackedUp:
		return backedUpHeadline(s)
	case len(d.Causes) > 0:
		return causesClause(s, d.Causes) + "."
	case d.Verdict == Suppressed:
		return "Every cause that was found is suppressed."
	case silentLog:
		return sentence(log + ", and no cause was found" + missing(d.Proof))
	default:
		return NoCause + missing(d.Proof) + "."
	}
}

// NoCause begins the headline of a device that no check has found a cause for. What was not shown
// may follow, after a semicolon.
const NoCause = "No cause was found"

// silentLog says that the newest log shows no attempt, as a clause; silent is false if it shows
// one or there is no log.
func silentLog(s device.Snapshot) (clause string, silent bool) {
	if len(s.Attempts) == 0 || s.Attempts[0].Outcome != device.AttemptUnseen {
		return "", false
	}
	return "no attempt at an iCloud backup was seen in " + logName(s.Attempts[0].Source), true
}

// backedUpHeadline says when the last good backup was and, if a source of attempts was read,
// that no attempt has failed since.
func backedUpHeadline(s device.Snapshot) string {
	_, age, _ := lastBackup(s)
	text := "The last good iCloud backup is " + duration(age) + " old"
	if len(records(s)) > 0 || listenedTo(s) {
		text += "; no failed attempt is on record since"
	}
	return text + "."
}

// missing names the first need that was not shown for a device without a cause, as the end of a
// clause.
func missing(proof []Need) string {
	for _, n := range proof {
		switch {
		case n.Shown == NotShown && n.Gap.Reason != device.NotAsked:
			return "; " + n.lack + " (" + n.Gap.Error() + ")"
		case n.Shown != ShownTrue:
			return "; " + n.lack
		}
	}
	return ""
}

// recordHeadline returns the diagnosis of a device that was not attached, with the age of its
// records.
func recordHeadline(s device.Snapshot, d Diagnosis) string {
	found := NoCause + missing(d.Proof)
	if log, silent := silentLog(s); silent {
		found = strings.ToUpper(log[:1]) + log[1:] + ", and no cause was found" + missing(d.Proof)
	}
	if alarm, isFalse := falseAlarmOf(d.Healthy); isFalse {
		found = clause(alarm.Summary)
	}
	if len(d.Causes) > 0 {
		found = causesClause(s, d.Causes)
	}
	newest, known := identityRecord(s)
	if list := records(s); len(list) > 0 {
		newest, known = list[0], true
	}
	switch {
	case !known || newest.old() && strings.HasSuffix(found, newest.when()):
		return found + "; the device was not attached."
	case newest.age < -ClockTolerance:
		return found + "; the device was not attached, and its newest record here is dated in the future."
	default:
		return fmt.Sprintf("%s; the device was not attached, and its newest record here is %s old.", found, duration(newest.age))
	}
}

func falseAlarmOf(healthy []Finding) (Finding, bool) {
	if len(healthy) == 0 || healthy[0].Check != falseAlarm {
		return Finding{}, false
	}
	return healthy[0], true
}

// sentence capitalizes a clause and adds a full stop.
func sentence(clause string) string { return strings.ToUpper(clause[:1]) + clause[1:] + "." }

// clause returns a sentence without its full stop.
func clause(sentence string) string { return strings.TrimSuffix(sentence, ".") }
