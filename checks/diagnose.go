package checks

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// Diagnose combines the findings for one device: the verdict, root causes first with their
// symptoms folded into them, and one plan for all of them.
//
// A false alarm is not a cause and does not affect the verdict: it is the first healthy
// finding, and the headline mentions it unless a problem was found.
func Diagnose(s device.Snapshot, findings []Finding, silenced ...Silenced) Diagnosis {
	var d Diagnosis
	var unwell []Finding
	for _, f := range findings {
		switch f.Status {
		case Problem, Warning:
			unwell = append(unwell, f)
		case Unknown:
			d.Unread = append(d.Unread, f)
		case Ask:
			d.Questions = append(d.Questions, f)
		case OK:
			d.Healthy = append(d.Healthy, f)
		}
	}
	slices.SortStableFunc(d.Healthy, func(a, b Finding) int {
		return cmp.Compare(healthyRank(a), healthyRank(b))
	})
	d.Causes = causes(unwell)
	d.Plan = plan(withoutTried(s, d.Causes, d.Healthy), s)
	d.Proof = Prove(s)
	d.Verdict, d.Gap = verdict(s, d.Causes)
	if d.Verdict == NoCauseFound && d.Gap.Reason == "" {
		switch {
		case expects(s) == device.ExpectComputer:
			if allShown(d.Proof) {
				d.Verdict = BackedUp
			}
		case len(silenced) > 0:
			d.Verdict = Suppressed
		case allShown(d.Proof):
			d.Verdict = BackedUp
		case expects(s) == device.ExpectNone:
			d.Verdict = Suppressed
		}
	}
	d.Headline = headline(s, d) + unknownMessage(s) + contradictions(d)
	d.Next = next(s, d)
	return d
}

// healthyRank puts the false alarm before all other healthy findings.
func healthyRank(f Finding) int {
	if f.Check == falseAlarm {
		return 0
	}
	return 1
}

// causes folds each symptom into its root problem and orders the roots: what kept the device
// from being examined, then problems and releases known to break backups, then warnings. Within
// each group, a date, which says only that no backup completed, comes last; otherwise stronger
// evidence comes first, and for equal evidence what blocks comes before what may block. Beyond
// that the order of the findings is kept. A root that explains another comes before it, even a
// warning before a problem.
func causes(unwell []Finding) []Cause {
	slices.SortStableFunc(unwell, func(a, b Finding) int { return slices.Compare(rank(a), rank(b)) })
	var found []Finding
	for _, f := range unwell {
		if root(f, unwell) == f.Check {
			found = append(found, f)
		}
	}
	var roots []Cause
	index := map[*Check]int{} // index of the first root of each check
	for _, f := range explainedLast(found) {
		if _, has := index[f.Check]; !has {
			index[f.Check] = len(roots)
		}
		roots = append(roots, Cause{Finding: f})
	}
	for _, f := range unwell {
		if root := root(f, unwell); root != f.Check {
			cause := &roots[index[root]]
			cause.Symptoms = append(cause.Symptoms, f)
		}
	}
	return roots
}

// explainedLast moves each finding that explains others to just before the first of them, and
// otherwise keeps the order.
func explainedLast(findings []Finding) []Finding {
	ordered := make([]Finding, 0, len(findings))
	visited := make([]bool, len(findings)) // also breaks cycles of explanations
	var add func(i int)
	add = func(i int) {
		if visited[i] {
			return
		}
		visited[i] = true
		for j, other := range findings {
			if slices.Contains(other.Check.Explains, findings[i].Check.ID) {
				add(j)
			}
		}
		ordered = append(ordered, findings[i])
	}
	for i := range findings {
		add(i)
	}
	return ordered
}

// rank returns a finding's sort key among the causes.
func rank(f Finding) []int {
	examined, severity, symptom, effect := 1, 1, 0, 2
	if f.Check == notTrusted || f.Check == usbmuxdTrouble {
		examined = 0
	}
	if f.Status == Problem || f.Check == iosRegression {
		severity = 0
	}
	switch f.Check {
	case neverBackedUp, backupStale, backupExpired180Days:
		symptom = 1
	}
	switch f.Check.Effect {
	case Blocks:
		effect = 0
	case MayBlock:
		effect = 1
	}
	return []int{examined, severity, symptom, slices.Index(strengths, f.strength()), effect}
}

// strengths lists the strengths of evidence, strongest first.
var strengths = []codes.Strength{codes.States, codes.PointsTo, codes.MayBe}

// strength returns how strongly the evidence of an unhealthy finding leads to its cause. A
// problem that was read, counted or answered is stated; a warning of a check that a person must
// settle is a hint.
func (f Finding) strength() codes.Strength {
	switch {
	case f.Strength != "":
		return f.Strength
	case f.Status == Problem, f.Check == iosRegression:
		return codes.States
	case f.Check.Ask != "":
		return codes.MayBe
	default:
		return codes.PointsTo
	}
}

// root follows a finding to the problem that explains it, then to what explains that, and so
// on; it returns the finding's own check if nothing does. The seen checks break a cycle, which
// the tests do not allow in All.
func root(f Finding, unwell []Finding) *Check {
	check := f.Check
	seen := []*Check{check}
	for {
		i := slices.IndexFunc(unwell, func(g Finding) bool {
			return g.Status == Problem && slices.Contains(g.Check.Explains, check.ID)
		})
		if i < 0 {
			return check
		}
		if slices.Contains(seen, unwell[i].Check) {
			return f.Check
		}
		check = unwell[i].Check
		seen = append(seen, check)
	}
}

// verdict weighs the causes, unless the device could not be read. A device that stopped
// responding partway was examined in part: it gets both a verdict and a gap.
func verdict(s device.Snapshot, causes []Cause) (Verdict, device.Gap) {
	if gap, examined := examination(s); !examined {
		return NotExamined, gap
	}
	var ended device.Gap
	if s.Live != nil {
		ended = s.Live.Ended
	}
	for _, h := range s.Histories {
		if ended.Reason == "" && h.Source == archiveSource {
			ended = h.Ended
		}
	}
	switch {
	case slices.ContainsFunc(causes, func(c Cause) bool { return c.Status == Problem }):
		return Failing, ended
	case len(causes) > 0:
		return AtRisk, ended
	}
	if gap, mute := mute(s); mute && expects(s) == device.ExpectICloud {
		return NotExamined, gap
	}
	if isNameless(s) {
		_, err := live(s).Recognized.Get()
		return NotExamined, device.GapOf(err)
	}
	return NoCauseFound, ended
}

// isNameless reports whether an attached device did not provide its UDID. It may not be the
// requested device, so finding nothing says nothing about that one.
func isNameless(s device.Snapshot) bool {
	_, err := live(s).Recognized.Get()
	return err != nil && device.GapOf(err).Reason != device.NotAsked
}

// mute reports, with the reason, whether an attached device says nothing at all about iCloud
// Backup and has no records: finding nothing is then no good news. It does not apply to a
// device without such values, which may never have been signed in.
func mute(s device.Snapshot) (device.Gap, bool) {
	_, errEnabled := live(s).CloudBackup.Enabled.Get()
	_, errLast := live(s).CloudBackup.Last.Get()
	if s.Live == nil || errEnabled == nil || errLast == nil || errors.Is(errEnabled, device.Absent) || onRecord(s) {
		return device.Gap{}, false
	}
	return device.GapOf(errEnabled), true
}

// examination returns false, with the reason, if the device was not read as far as its iCloud
// Backup values. A refusal to provide them is an answer, so other causes count; silence is not.
func examination(s device.Snapshot) (device.Gap, bool) {
	if s.Live == nil && (onRecord(s) || listenedTo(s)) {
		return device.Gap{}, true
	}
	if s.Live == nil && len(s.Backups) > 0 {
		return readBackups(s)
	}
	if OtherClass(s) {
		return device.Gap{Reason: device.OtherClass}, false
	}
	if !trusted(s) {
		return silence(s), false
	}
	_, errEnabled := live(s).CloudBackup.Enabled.Get()
	_, errLast := live(s).CloudBackup.Last.Get()
	if unasked(s, errEnabled) && unasked(s, errLast) {
		return silence(s), false
	}
	return device.Gap{}, true
}

// trusted reports whether a device is attached and has started a session.
func trusted(s device.Snapshot) bool {
	trusted, err := live(s).Trusted.Get()
	return err == nil && trusted
}

// onRecord reports whether a device's records say anything about iCloud Backup.
func onRecord(s device.Snapshot) bool {
	return slices.ContainsFunc(records(s), func(r record) bool {
		if r.Source == archiveSource {
			return spokeOfBackups(r.History) && identified(s)
		}
		_, errEnabled := r.CloudBackup.Enabled.Get()
		_, errLast := r.CloudBackup.Last.Get()
		_, errResults := r.CloudBackup.Results.Get()
		_, errWindows := r.Schedule.Windows.Get()
		_, errKeys := r.Schedule.MissingKeyFailures.Get()
		_, errCount := r.Schedule.FailureCount.Get()
		return !silent(errEnabled) || !silent(errLast) || !silent(errResults) || errWindows == nil || errCount == nil || errKeys == nil
	})
}

// identified reports whether the device, or at least its model, is known.
func identified(s device.Snapshot) bool {
	_, err := s.Device.ProductType.Get()
	return s.Device.UDID != "" || err == nil
}

// readBackups returns false, with the reason, if a device is known only by its backups and none
// of them could be read.
func readBackups(s device.Snapshot) (device.Gap, bool) {
	var hidden error
	for _, b := range s.Backups {
		_, err := localProof(b)
		if err == nil {
			return device.Gap{}, true
		}
		if hidden == nil {
			hidden = err
		}
	}
	return device.GapOf(hidden), false
}

// unasked reports whether a fact is missing because the device had stopped responding.
func unasked(s device.Snapshot, err error) bool {
	if err == nil {
		return false
	}
	reason := device.GapOf(err).Reason
	return reason == device.NotAsked || reason == live(s).Ended.Reason
}

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
		return "No cause was found" + missing(d.Proof) + "."
	}
}

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
	found := "No cause was found" + missing(d.Proof)
	if log, silent := silentLog(s); silent {
		found = strings.ToUpper(log[:1]) + log[1:] + ", and no cause was found" + missing(d.Proof)
	}
	if alarm, isFalse := falseAlarmOf(d.Healthy); isFalse {
		found = clause(alarm.Summary)
	}
	if len(d.Causes) > 0 {
		found = causesClause(s, d.Causes)
	}
	list := records(s)
	if r, known := identityRecord(s); known && len(list) == 0 {
		list = append(list, r)
	}
	if len(list) == 0 || list[0].old() && strings.HasSuffix(found, list[0].when()) {
		return found + "; the device was not attached."
	}
	return fmt.Sprintf("%s; the device was not attached, and its newest record here is %s old.", found, duration(list[0].age))
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
