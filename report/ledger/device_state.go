package ledger

import (
	"math"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// Stored instead of the end of a backup, so that the devices not backed up since a given day are
// one range, and unknown ones sort last.
const (
	neverBackedUp int64 = 0
	backupUnknown int64 = math.MaxInt64
)

// A visit is what one report says about one device.
type visit struct {
	number   int64          // row number
	device   int64          // row number
	repair   *report.Repair // nil if the report has none
	report   int64          // row number
	key      string         // identifies the device
	udid     string
	reportID string
	received int64
	taken    int64
	place    int64 // position among the visits of a device
	ahead    bool  // dated after its arrival: a clock was wrong
	seen     bool  // the device itself was read, not only a backup
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

// rank returns the weight of a visit: it counts only if there is no visit of a higher rank.
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

// incomplete reports whether the device was read only in part: the reason says why.
func (v *visit) incomplete() bool { return v.reason != "" && v.verdict != string(checks.NotExamined) }

// incompleteDevices is the same condition in SQL, as in the index of such devices.
const incompleteDevices = "reason <> '' AND verdict <> 'not-examined'"

// A finding is the result of one check in a visit.
type finding struct {
	check    string // ID of the check
	by       string // ID of the check that explains it, "" if none
	number   int64  // of the check
	byNumber int64  // of the check that explains it, 0 if none
	status   string
}

// A deviceState is the state of a device, accumulated from all its visits.
type deviceState struct {
	newest        visit // without its findings
	first         int64 // when it was first read
	visits        int64 // total, including those that do not count
	earlierBackup int64 // last known backup
	earlierAt     int64 // when that was read, 0 if never
	causes        map[int64]cause
}

// A cause is a check that was unwell on a device, with its start and end.
type cause struct {
	status      string // when last found unwell
	explainedBy int64
	root        bool
	since       int64
	seen        int64 // when it was last found
	fixed       int64 // when it was found healthy, 0 if it was not
	site        string
}

// empty reports whether no visit was applied yet.
func (s *deviceState) empty() bool { return s.newest.reportID == "" }

// follows reports whether a visit is newer than those already applied, and so can be applied. Of
// two visits with the same place, the one with the greater report ID is newer.
func (s *deviceState) follows(v visit) bool {
	if s.empty() {
		return true
	}
	if v.place != s.newest.place {
		return v.place > s.newest.place
	}
	return v.reportID > s.newest.reportID
}

// apply applies a visit that is newer than all before.
func (s *deviceState) apply(v visit) {
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
