package checks

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// recordAges is the age at which a record no longer describes the present: a problem in it
// becomes a warning, and health in it proves nothing.
const recordAges = 14 * 24 * time.Hour

// A record is a history with a known date. Findings based on it state that date, and count only
// if the device itself did not answer: newer information takes precedence.
type record struct {
	device.History
	asOf time.Time
	age  time.Duration // at the time of the snapshot
}

// records returns a device's histories with a plausible date, newest first.
func records(s device.Snapshot) []record {
	var list []record
	for _, h := range s.Histories {
		asOf, err := h.AsOf.Get()
		if age := s.TakenAt.Sub(asOf); err == nil && age > -ClockTolerance {
			list = append(list, record{h, asOf, age})
		}
	}
	slices.SortStableFunc(list, func(a, b record) int { return b.asOf.Compare(a.asOf) })
	return list
}

// recall returns a fact from the newest record that has it; known is false if none has.
func recall[T any](s device.Snapshot, fact func(device.History) device.Fact[T]) (value T, r record, known bool) {
	for _, r := range records(s) {
		if value, err := fact(r.History).Get(); err == nil {
			return value, r, true
		}
	}
	return value, record{}, false
}

// unreadOnRecord returns why the newest record could not give a fact that the device was not asked
// for, or else err.
func unreadOnRecord[T any](s device.Snapshot, err error, fact func(device.History) device.Fact[T]) error {
	if !errors.Is(err, device.NotAsked) {
		return err
	}
	for _, r := range records(s) {
		if why := unreadError(fact(r.History)); why != nil {
			return why
		}
	}
	return err
}

// old reports whether a record is too old to describe the present.
func (r record) old() bool { return r.age > recordAges }

// origin describes where a record was found.
func (r record) origin() string {
	if r.Source == logSource {
		return logName(r.Origin)
	}
	if r.Source == archiveSource {
		return "a sysdiagnose archive"
	}
	return "a backup on this computer"
}

// when dates a sentence, as its end: ", as of 2026-11-12, from a backup on this computer".
func (r record) when() string {
	if r.old() {
		return fmt.Sprintf(", as of %s, %s ago, from %s", day(r.asOf), duration(r.age), r.origin())
	}
	return fmt.Sprintf(", as of %s, from %s", day(r.asOf), r.origin())
}

// read returns evidence that was true when the record was made. source is the file as a backup
// has it, after its domain; an archive has the same file names without domains.
func (r record) read(key, value, expected, source string) Evidence {
	const domain = "Domain "
	if at := strings.LastIndex(source, domain); at >= 0 && r.Source == "sysdiagnose" {
		source = "sysdiagnose " + source[at+len(domain):]
	}
	return Evidence{Key: key, Value: value, Expected: expected, Source: source, AsOf: r.asOf}
}

// silenceOfRecords returns why the records of a device that was not attached do not describe it
// either, such as a missing password. The reason is NotAsked if nothing is wrong with them.
func silenceOfRecords(s device.Snapshot) device.Gap {
	for _, h := range s.Histories {
		if _, err := h.AsOf.Get(); err != nil {
			return device.GapOf(err)
		}
		if _, err := h.CloudBackup.Results.Get(); err != nil && h.Source == archiveSource && !spokeOfBackups(h) {
			return device.GapOf(err)
		}
	}
	return device.Gap{Reason: device.NotAsked}
}

// answer dates a finding that is based on a record. otherwise is what to return without the
// record: an old record that shows health settles nothing and only prefaces it.
func (r record) answer(found, otherwise []Finding) []Finding {
	found = r.dated(found)
	switch f := &found[0]; {
	case f.Status == OK && r.old():
		return preface(f.Summary, f.Evidence, otherwise)
	case f.Status == Problem && r.old():
		f.Status = Warning
	}
	return found
}

// dated adds the date of a record to the summary of findings based on it.
func (r record) dated(found []Finding) []Finding {
	f := found[0]
	f.Summary = clause(f.Summary) + r.when() + "."
	return []Finding{f}
}

// preface puts what a record shows in front of a finding that it does not settle.
func preface(known string, evidence []Evidence, finding []Finding) []Finding {
	f := finding[0]
	if f.Summary != "" {
		known += " " + f.Summary
	}
	f.Summary = known
	f.Evidence = append(slices.Clone(evidence), f.Evidence...)
	return []Finding{f}
}

// archiveSource is the Source of records from a sysdiagnose archive.
const archiveSource = "sysdiagnose"

// spokeOfBackups reports whether at least one file read from a sysdiagnose archive says
// something about iCloud Backup: that backupd's own file exists, or what management allows.
func spokeOfBackups(h device.History) bool {
	_, errNotes := h.Restore.Pending.Get() // known if backupd's file was read
	_, errResults := h.CloudBackup.Results.Get()
	_, errWindows := h.Schedule.Windows.Get()
	_, errAllowed := h.Restrictions.CloudBackupAllowed.Get()
	return errNotes == nil || errResults == nil || errWindows == nil || errAllowed == nil
}

// silent reports whether the device did not answer, so that a record may. A value that the
// device does not have is an answer.
func silent(err error) bool { return err != nil && !errors.Is(err, device.Absent) }

// pastLast returns when the last good iCloud backup ended, by a record: at its date, or at that of an
// attempt that succeeded later.
func pastLast(h device.History) device.Fact[time.Time] {
	last, err := h.CloudBackup.Last.Get()
	if err != nil {
		return h.CloudBackup.Last
	}
	asOf, _ := h.AsOf.Get()
	results, _ := h.CloudBackup.Results.Get()
	for _, result := range results {
		if at, err := result.At.Get(); err == nil && result.Code == 0 && at.After(last) && at.Sub(asOf) <= ClockTolerance {
			last = at
		}
	}
	return device.Known(last)
}

// pastBackup returns the end of the last good iCloud backup from the newest record that has
// one, and its age when that record was made.
func pastBackup(s device.Snapshot) (at time.Time, age time.Duration, r record, known bool) {
	at, r, known = recall(s, pastLast)
	return at, r.asOf.Sub(at), r, known && r.mayKnow(at)
}

// backupDate returns the evidence for when the last good iCloud backup ended.
func (r record) backupDate(s device.Snapshot, at time.Time) Evidence {
	source := "HomeDomain com.apple.mobile.ldbackup.plist / LastCloudBackupDate"
	if last, err := r.CloudBackup.Last.Get(); err == nil && at.After(last) {
		source = backupPlist + " / BackupStateInfo.errors"
	}
	return r.read(lastBackupKey, moment(at), freshAge(s), source)
}

// lastGood returns when the last known iCloud backup completed, zero if there is none: what
// failed before then is history. Implausible dates do not count.
func lastGood(s device.Snapshot) time.Time {
	var last time.Time
	if at, _, err := lastBackup(s); err == nil {
		last = at
	}
	for _, a := range s.Attempts {
		if at, err := a.Until.Get(); err == nil && a.Outcome == device.AttemptSucceeded && at.After(last) && at.Sub(s.TakenAt) <= ClockTolerance {
			last = at
		}
	}
	for _, r := range records(s) {
		if at, err := r.CloudBackup.Last.Get(); err == nil && at.After(last) && r.mayKnow(at) {
			last = at
		}
		results, _ := r.CloudBackup.Results.Get() // none if unknown
		for _, result := range results {
			if at, err := result.At.Get(); err == nil && result.Code == 0 && at.After(last) && r.mayKnow(at) {
				last = at
			}
		}
	}
	return last
}

// mayKnow returns false for a time after the record was made, about which the record cannot be
// right.
func (r record) mayKnow(at time.Time) bool { return at.Sub(r.asOf) <= ClockTolerance }

// superseded reports whether a backup completed after a record was made: what kept backups from
// completing then no longer does.
func superseded(s device.Snapshot, r record) bool { return lastGood(s).After(r.asOf) }

// freshOr returns ok if the last good backup is fresh. so is the conclusion, as the end of a
// sentence.
func freshOr(s device.Snapshot, so string, otherwise []Finding) []Finding {
	if said, evidence, fresh := freshBackup(s); fresh {
		return ok(said+so, evidence)
	}
	return otherwise
}

// sinceGood describes the period over which failures and windows are counted.
func sinceGood(s device.Snapshot) string {
	if lastGood(s).IsZero() {
		return "since records began"
	}
	return "since the last good iCloud backup"
}

// backupPlist is where the device keeps its attempts, windows and sizes: a file in HomeDomain
// from iOS 27 on, and in RootDomain before.
const backupPlist = "RootDomain or HomeDomain com.apple.MobileBackup.plist"
