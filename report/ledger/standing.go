package ledger

import (
	"math"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// What stands in place of the end of a backup, so that the devices that were not backed up
// since a day are one range, and those of which it is not known are behind all.
const (
	neverBackedUp int64 = 0
	backupUnknown int64 = math.MaxInt64
)

// A visit is what one report tells of one device.
type visit struct {
	number   int64  // of the row
	device   int64  // of the row
	report   int64  // of the row
	key      string // by which the device is known
	udid     string
	reportID string
	received int64
	taken    int64
	place    int64 // in the order of the visits of a device
	ahead    bool  // read later than received: a clock was wrong
	seen     bool  // the device itself, and not only a backup of it
	bench    string
	site     string
	slot     string
	location string
	serial   string
	name     string
	product  string
	model    string
	system   string
	version  string
	asset    string
	verdict  string
	headline string
	reason   string
	retried  string
	backup   int64
	noBackup string
	findings []finding
}

// rank says how much a visit is worth: one of a lower rank counts only as long as there is none
// of a higher.
func (v *visit) rank() int {
	switch {
	case !v.seen:
		return 0
	case v.ahead:
		return 1
	default:
		return 2
	}
}

// A finding is what a visit tells of one check.
type finding struct {
	check    string // its id
	by       string // id of the check that explains it, "" if none
	number   int64  // of the check
	byNumber int64  // of the check that explains it, 0 if none
	status   string
}

// A standing is how a device stands: what all its visits add up to.
type standing struct {
	newest        visit // without its findings
	first         int64 // when it was first read
	visits        int64 // how many there are, those that do not count included
	earlierBackup int64 // what was last known of its last backup
	earlierAt     int64 // when that was read, 0 if never
	causes        map[int64]cause
}

// A cause is one check that was unwell on a device: since when, and until when.
type cause struct {
	status      string // as it was last found unwell
	explainedBy int64
	root        bool
	since       int64
	seen        int64 // when it was last found
	fixed       int64 // when it was read to be well, 0 if it was not
	site        string
}

// empty reports whether nothing was taken in yet.
func (s *standing) empty() bool { return s.newest.reportID == "" }

// follows reports whether a visit is newer than what was taken in, so that it can be taken
// in as well. Of two of the same place that with the greater id is the newer.
func (s *standing) follows(v visit) bool {
	if s.empty() {
		return true
	}
	if v.place != s.newest.place {
		return v.place > s.newest.place
	}
	return v.reportID > s.newest.reportID
}

// take takes in a visit that is newer than all before.
func (s *standing) take(v visit) {
	findings := v.findings
	v.findings = nil
	if s.empty() {
		s.first, s.causes = v.taken, map[int64]cause{}
	}
	s.newest = v
	if v.backup != backupUnknown {
		s.earlierBackup, s.earlierAt = v.backup, v.taken
	}
	for _, f := range findings {
		before, known := s.causes[f.number]
		switch f.status {
		case string(checks.OK):
			if known && before.fixed == 0 {
				before.fixed = v.taken
				s.causes[f.number] = before
			}
		case string(checks.Problem), string(checks.Warning), report.StatusSuppressed:
			now := cause{
				status: f.status, explainedBy: f.byNumber, root: f.byNumber == 0 && f.status != report.StatusSuppressed,
				since: v.taken, seen: v.taken,
			}
			if known && before.fixed == 0 {
				now.since = before.since
			}
			s.causes[f.number] = now
		}
	}
}
