package checks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks/codes"
	"github.com/backupdoctor/backupdoctor/device"
)

// A failure is an attempt at an iCloud backup that failed or was called off.
type failure struct {
	at    time.Time
	codes []codes.ID // outermost first; none if the log hid them
	lost  string     // the condition named by a cancellation, such as com.apple.backupd.wifi
	keys  bool       // the failure's text says that encryption keys were missing
	died  bool       // backupd crashed
	from  record     // the record that lists the attempt
}

// String returns the outer codes, such as "MBErrorDomain/303, CKErrorDomain/25".
func (f failure) String() string {
	switch {
	case len(f.codes) == 0 && f.keys:
		return "encryption keys missing"
	case len(f.codes) == 0 && f.died:
		return "a crash of backupd"
	case len(f.codes) == 0:
		return "an error whose code is hidden"
	}
	var names []string
	for _, code := range f.codes[:min(len(f.codes), 3)] {
		if code.Domain == "" {
			names = append(names, fmt.Sprintf("code %d of an unknown domain", code.Number))
			continue
		}
		names = append(names, fmt.Sprintf("%s/%d", device.Token(string(code.Domain)), code.Number))
	}
	if f.lost != "" {
		names[0] += " (" + device.Token(f.lost) + ")"
	}
	return strings.Join(names, ", ")
}

// noted converts an attempt recorded by the device to a failure.
func noted(result device.PastAttempt) failure {
	f := failure{codes: []codes.ID{{Domain: codes.ErrorDomain(result.Domain), Number: result.Code}}}
	if said, err := result.Description.Get(); err == nil {
		f.keys = strings.Contains(said, "missing encryption keys")
		if found := inBrackets.FindStringSubmatch(said); found != nil {
			f.lost = found[1]
		}
	}
	return f.behind(result.Underlying)
}

// inBrackets matches the condition named by a cancellation.
var inBrackets = regexp.MustCompile(`\((com\.apple\.backupd\.[\w.-]{1,60})\)`)

// behind adds the underlying errors of a failure.
func (f failure) behind(causes []device.PastCause) failure {
	for _, cause := range causes {
		f.codes = append(f.codes, codes.ID{Domain: codes.ErrorDomain(cause.Domain), Number: cause.Code})
	}
	return f
}

// lostCondition returns the ID of the check for the condition that a cancellation names; "" if
// it names no known one.
func (f failure) lostCondition() string {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(strings.ToLower(f.lost), word) })
	}
	switch {
	case has("wifi", "network"):
		return "wifi-missing"
	case has("power", "charg", "battery"):
		return "auto-not-charging"
	case has("lock"):
		return "auto-not-locked"
	}
	return ""
}

// cause returns the ID of the check that a failure points to: the likeliest cause of the
// innermost code that has one. Uninformative codes yield transient-glitch, which any other
// cause overrides; unknown codes yield "".
func (f failure) cause() string {
	if f.isCancellation() && f.lost != "" {
		return f.lostCondition()
	}
	cause := ""
	if m, known := f.telling(); known {
		cause = m.Checks[0]
	}
	if f.saysKeys(cause) {
		return "needs-unlock-for-keys"
	}
	return cause
}

// saysKeys reports whether the failure's text says that keys were missing, while its codes,
// which point to cause, say nothing else.
func (f failure) saysKeys(cause string) bool {
	return f.keys && (cause == "" || cause == "transient-glitch")
}

// telling returns the meaning of the code that decides the cause; known is false if no code of
// the failure has a cause.
func (f failure) telling() (telling codes.Meaning, known bool) {
	for _, code := range f.codes {
		m, _ := codes.Find(code)
		if len(m.Checks) > 0 && (!known || m.Checks[0] != "transient-glitch") {
			telling, known = m, true
		}
	}
	return telling, known
}

// states reports whether the codes of a failure name its cause themselves.
func (f failure) states() bool {
	if f.lostCondition() != "" || f.cause() == "needs-unlock-for-keys" && f.keys {
		return true
	}
	m, known := f.telling()
	return known && m.Strength(m.Checks[0]) == codes.States
}

// observed returns what the device reported about a failure, as a clause that begins in lower
// case if its words allow. It names no cause that the code does not name.
func (f failure) observed() string {
	switch m, known := f.telling(); {
	case known && f.saysKeys(m.Checks[0]), !known && f.keys:
		return "files are missing encryption keys"
	case known:
		return m.Observed()
	case f.died && len(f.codes) == 0:
		return "backupd crashed while it made the backup"
	}
	for _, code := range f.codes {
		if m, known := codes.Find(code); known {
			return m.Observed()
		}
	}
	if len(f.codes) == 0 {
		return "the record does not show the code"
	}
	return "a code whose meaning is not known"
}

// points describes briefly where the codes of a failure point, and how strongly; "" if they
// name the cause themselves, or none.
func (f failure) points() string {
	m, known := f.telling()
	if !known || f.states() {
		return ""
	}
	check, found := Find(m.Checks[0])
	if !found {
		return ""
	}
	if m.Strength(check.ID) == codes.MayBe {
		return "may be: " + check.Short
	}
	return "points to: " + check.Short
}

// calledOff reports whether a failure says only that a condition was lost or that something
// else took precedence. The windows tell which.
func (f failure) calledOff() bool { return f.isCancellation() && f.lostCondition() == "" }

// isCancellation reports whether a failure is an attempt that was called off.
func (f failure) isCancellation() bool {
	if len(f.codes) == 0 {
		return false
	}
	code := f.codes[0]
	return code.Domain == codes.MBErrorDomain && (code.Number == 202 || code.Number >= 217 && code.Number <= 224)
}

// failures returns the attempts that failed since the last good backup, newest first, from logs
// and from the newest record that lists attempts. Attempts without a credible date are left
// out: they may be older. r is the record with the newest attempt.
func failures(s device.Snapshot) (list []failure, r record) {
	results, r, _ := recall(s, attempts) // none if unknown
	list = slices.DeleteFunc(heardFailures(s), failure.isCancellation)
	last := lastGood(s)
	for _, result := range results {
		at, err := result.At.Get()
		if err != nil || result.Code == 0 || !at.After(last) || !r.mayKnow(at) {
			continue
		}
		f := noted(result)
		f.at, f.from = at, r
		if !f.calledOff() && !slices.ContainsFunc(list, f.isSame) {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b failure) int { return b.at.Compare(a.at) })
	if len(list) > 0 {
		r = list[0].from
	}
	return list, r
}

// isSame reports whether a failure recorded by the device is the one in a log.
func (f failure) isSame(heard failure) bool {
	return f.at.Sub(heard.at).Abs() < time.Minute && heard.from.Source == logSource &&
		len(heard.codes) > 0 && f.codes[0] == heard.codes[0]
}

// attempts returns the attempts that the device lists, or else the results of its windows,
// which is all that an older version or a freshly restored device has.
func attempts(h device.History) device.Fact[[]device.PastAttempt] {
	results, err := h.CloudBackup.Results.Get()
	windows, errWindows := h.Schedule.Windows.Get()
	if err == nil && len(results) > 0 || errWindows != nil {
		return h.CloudBackup.Results
	}
	for _, w := range windows {
		if cause, err := w.Error.Get(); err == nil {
			results = append(results, device.PastAttempt{At: device.Known(end(w)), Domain: cause.Domain, Code: cause.Code})
		}
	}
	if err != nil && len(results) == 0 {
		return h.CloudBackup.Results
	}
	return device.Known(results)
}

const resultsSource = backupPlist + " / BackupStateInfo.errors"

// failureEvidence returns one line for each of the newest failures.
func failureEvidence(list []failure) []Evidence {
	var evidence []Evidence
	for _, f := range list[:min(len(list), 5)] {
		source := resultsSource
		if f.from.Source == logSource {
			source = logName(f.from.Origin)
		}
		key := "Failed attempt, date unknown"
		if !f.at.IsZero() {
			key = "Failed attempt of " + moment(f.at)
		}
		evidence = append(evidence, f.from.read(key, f.String(), "none", source))
	}
	return evidence
}

// judgeFailures judges a check by the attempts that failed since the last good backup. met
// describes an attempt that points to the check, as in "found too little room in iCloud";
// otherwise is returned if none does.
func judgeFailures(s device.Snapshot, check, met string, otherwise []Finding) []Finding {
	if found := blamed(s, check, met); found != nil {
		return found
	}
	list, r := failures(s)
	if len(list) == 0 || otherwise[0].Status == OK {
		return otherwise
	}
	return preface(fmt.Sprintf("The record has %s %s, and none that %s%s.", count(len(list), "failed attempt"), sinceGood(s), met, r.when()),
		failureEvidence(list), otherwise)
}

// blamed returns a problem if the newest failed attempt points to the check, a warning if only
// earlier ones do, and nil if none does. If the last good backup is fresh, or the attempt is
// old, it is at most a warning.
func blamed(s device.Snapshot, check, met string, more ...Evidence) []Finding {
	all, r := failures(s)
	var list []failure
	for _, f := range all {
		if f.blames(check) {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return nil
	}
	latest, evidence := list[0], append(failureEvidence(list), more...)
	if !all[0].blames(check) {
		if !latest.states() {
			met = "had a code that points here"
		}
		return r.answer(warning(fmt.Sprintf("%d of the %d failed attempts %s %s, the latest on %s (%s); the newest failed otherwise.",
			len(list), len(all), sinceGood(s), met, day(latest.at), latest), evidence...), nil)
	}
	age := s.TakenAt.Sub(latest.at)
	date := day(latest.at)
	if age > recordAges && !r.old() { // an old record states its own age
		date += ", " + duration(age) + " ago"
	}
	if !latest.states() {
		met = "failed: " + latest.observed()
	}
	summary := fmt.Sprintf("The newest attempt at an iCloud backup, on %s, %s (%s)", date, met, latest)
	if len(list) > 1 {
		summary += ", as did " + some(len(list)-1, len(all)-1, "attempt") + " before it"
	}
	found := problem(summary+".", evidence...)
	if _, _, fresh := freshBackup(s); fresh || age > recordAges {
		found[0].Status = Warning
	}
	found[0].Strength = latest.strength(check)
	return r.answer(found, nil)
}

// strength returns how strongly a failure leads to a check that it blames.
func (f failure) strength(check string) codes.Strength {
	if f.states() {
		return codes.States
	}
	if m, known := f.telling(); known && m.Strength(check) != "" {
		return m.Strength(check)
	}
	return codes.MayBe
}

// blames reports whether a failure points to a check. A failure with uninformative codes counts
// as one without a cause.
func (f failure) blames(check string) bool {
	cause := f.cause()
	return cause == check || cause == "" && check == transientGlitch.ID
}

// failedOnRecord adds to a judgement without trouble the failed attempts whose codes point to
// its check, so that every failed attempt has a cause. A code that does not name the cause
// yields only a hint.
func failedOnRecord(s device.Snapshot, check *Check, judged []Finding) []Finding {
	if judged[0].Status == Problem || judged[0].Status == Warning {
		return judged
	}
	list, _ := failures(s)
	if len(list) == 0 || !list[0].blames(check.ID) {
		return judged
	}
	found := blamed(s, check.ID, "failed")
	if found == nil {
		return judged
	}
	if found[0].Status == Problem && !list[0].states() {
		found[0].Status = Warning
	}
	found[0].Evidence = append(found[0].Evidence, judged[0].Evidence...)
	return found
}
