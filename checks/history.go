package checks

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
)

// recordAges is the age from which a record no longer speaks for the present: a problem in
// it is only a warning, and health in it shows nothing.
const recordAges = 14 * 24 * time.Hour

// A record is a history whose date is known. What rests on it is told with that date, and
// counts only where the device itself did not answer: fresh beats old.
type record struct {
	device.History
	asOf time.Time
	age  time.Duration // when the snapshot was taken
}

// records are the histories of a device whose date can be true, newest first.
func records(s device.Snapshot) []record {
	var list []record
	for _, h := range s.Histories {
		asOf, err := h.AsOf.Get()
		if age := s.TakenAt.Sub(asOf); err == nil && age > -clockTolerance {
			list = append(list, record{h, asOf, age})
		}
	}
	slices.SortStableFunc(list, func(a, b record) int { return b.asOf.Compare(a.asOf) })
	return list
}

// recall finds a fact in the newest record that has it; known is false if none has.
func recall[T any](s device.Snapshot, fact func(device.History) device.Fact[T]) (value T, r record, known bool) {
	for _, r := range records(s) {
		if value, err := fact(r.History).Get(); err == nil {
			return value, r, true
		}
	}
	return value, record{}, false
}

// old is true of a record that does not speak for the present.
func (r record) old() bool { return r.age > recordAges }

// origin is where a record was found, in words.
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

// read is evidence that was true when the record was made. source is the file as a backup
// has it, behind its domain; an archive has files of the same names and no domains.
func (r record) read(key, value, expected, source string) Evidence {
	const domain = "Domain "
	if at := strings.LastIndex(source, domain); at >= 0 && r.Source == "sysdiagnose" {
		source = "sysdiagnose " + source[at+len(domain):]
	}
	return Evidence{Key: key, Value: value, Expected: expected, Source: source, AsOf: r.asOf}
}

// silenceOfRecords is why a device that was not attached is not known by its records
// either: for want of a password, say. It is not asked for if there is none.
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

// answer gives a finding that rests on a record the record's date. otherwise is what there
// is to say without the record: an old one that shows health is put in front of it, for it
// settles nothing.
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

// dated puts the date of a record into the sentence of a finding that rests on it.
func (r record) dated(found []Finding) []Finding {
	f := found[0]
	f.Summary = clause(f.Summary) + r.when() + "."
	return []Finding{f}
}

// preface puts what a record tells in front of a finding that it does not settle.
func preface(known string, evidence []Evidence, finding []Finding) []Finding {
	f := finding[0]
	if f.Summary != "" {
		known += " " + f.Summary
	}
	f.Summary = known
	f.Evidence = append(slices.Clone(evidence), f.Evidence...)
	return []Finding{f}
}

// archiveSource is the Source of a record that is a sysdiagnose archive.
const archiveSource = "sysdiagnose"

// spokeOfBackups is true of a sysdiagnose archive if at least one file in it was read that
// says something of iCloud Backup: backupd's own, that it is there at all, or what management
// allows.
func spokeOfBackups(h device.History) bool {
	_, errNotes := h.Restore.Pending.Get() // known wherever backupd's file was read
	_, errResults := h.CloudBackup.Results.Get()
	_, errWindows := h.Schedule.Windows.Get()
	_, errAllowed := h.Restrictions.CloudBackupAllowed.Get()
	return errNotes == nil || errResults == nil || errWindows == nil || errAllowed == nil
}

// silent is true of an answer that the device did not give, so that a record may give it.
// A value that it does not have is an answer.
func silent(err error) bool { return err != nil && !errors.Is(err, device.Absent) }

// pastBackup is the end of the last good iCloud backup by the newest record that knows one,
// and its age when that record was made.
func pastBackup(s device.Snapshot) (at time.Time, age time.Duration, r record, known bool) {
	at, r, known = recall(s, func(h device.History) device.Fact[time.Time] { return h.CloudBackup.Last })
	return at, r.asOf.Sub(at), r, known && r.mayKnow(at)
}

// backupDate is the evidence for when the last good iCloud backup ended.
func (r record) backupDate(s device.Snapshot, at time.Time) Evidence {
	return r.read(lastBackupKey, moment(at), freshAge(s), "HomeDomain com.apple.mobile.ldbackup.plist / LastCloudBackupDate")
}

// lastGood is when an iCloud backup last completed by all that is known, zero if by none of
// it: what failed before then is history. Dates that cannot be true do not count.
func lastGood(s device.Snapshot) time.Time {
	var last time.Time
	if at, _, err := lastBackup(s); err == nil {
		last = at
	}
	for _, a := range s.Attempts {
		if at, err := a.Until.Get(); err == nil && a.Outcome == device.AttemptSucceeded && at.After(last) && at.Sub(s.TakenAt) <= clockTolerance {
			last = at
		}
	}
	for _, r := range records(s) {
		if at, err := r.CloudBackup.Last.Get(); err == nil && at.After(last) && r.mayKnow(at) {
			last = at
		}
		results, _ := r.CloudBackup.Results.Get() // none if not known
		for _, result := range results {
			if at, err := result.At.Get(); err == nil && result.Code == 0 && at.After(last) && r.mayKnow(at) {
				last = at
			}
		}
	}
	return last
}

// mayKnow is false of a time that was still to come when the record was made, so that what
// the record tells of it is nonsense.
func (r record) mayKnow(at time.Time) bool { return at.Sub(r.asOf) <= clockTolerance }

// superseded is true of a record after which a backup completed: what kept backups from
// completing when it was made does so no more.
func superseded(s device.Snapshot, r record) bool { return lastGood(s).After(r.asOf) }

// freshOr is ok if the last good backup is fresh. so is what follows from that, as the end
// of a sentence.
func freshOr(s device.Snapshot, so string, otherwise []Finding) []Finding {
	if said, evidence, fresh := freshBackup(s); fresh {
		return ok(said+so, evidence)
	}
	return otherwise
}

// sinceGood is the time that failures and windows are counted over, in words.
func sinceGood(s device.Snapshot) string {
	if lastGood(s).IsZero() {
		return "since records began"
	}
	return "since the last good iCloud backup"
}

// backupPlist is where the device keeps its attempts, windows and sizes: a file of
// HomeDomain from iOS 27 on, and of RootDomain before.
const backupPlist = "RootDomain or HomeDomain com.apple.MobileBackup.plist"
