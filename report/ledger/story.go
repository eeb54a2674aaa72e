package ledger

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// A Story is one device with a page of its visits on all benches, newest first.
type Story struct {
	Device Device             `json:"device"`
	Visits List[report.Visit] `json:"visits"`
}

// Story returns the story of the device with an ID. It returns ErrUnknown if there is none.
func (s *Store) Story(ctx context.Context, id string, page Page) (Story, error) {
	var story Story
	err := s.read(ctx, func(tx transaction) error {
		from, err := page.place(place{At: math.MaxInt64, Row: math.MaxInt64})
		if err != nil {
			return err
		}
		id := text(id, maxSentence)
		numbers, err := collect(ctx, tx, devicesByKey+" LIMIT 1", []any{device.UDIDKey(id), id}, func(number *int64) []any { return []any{number} })
		if err == nil && len(numbers) == 0 {
			err = ErrUnknown
		}
		if err != nil {
			return err
		}
		found, err := devicesOf(ctx, tx, numbers)
		if err != nil {
			return err
		}
		visits, places, err := newestVisits(ctx, tx, numbers[0], from, page.rows()+1)
		story.Device, story.Visits = found[0], cut(page, visits, places)
		return err
	})
	return story, during("reading the history of a device", err)
}

var visitsOfStory = `
	SELECT visit, reports.id, reports.run, coalesce(runs.subject, ''), reports.tool, reports.cut, ` + visitsColumns + `
	FROM visits JOIN reports ON reports.report = visits.report LEFT JOIN runs ON runs.id = reports.run
	WHERE device = $1 AND (visits.place, visit) < ($2, $3) ORDER BY visits.place DESC, visit DESC LIMIT $4`

// visitsColumns are visitColumns qualified for joins with tables that have columns of the same
// names.
var visitsColumns = "visits." + strings.ReplaceAll(visitColumns, ", ", ", visits.")

// newestVisits returns the visits of a device after a place, at most limit.
func newestVisits(ctx context.Context, tx transaction, device int64, from place, limit int) (visits []report.Visit, places []place, err error) {
	at := map[int64]int{}
	err = each(ctx, tx, visitsOfStory, []any{device, from.At, from.Row, limit}, func(rows *sql.Rows) error {
		shown := report.Visit{Findings: []report.VisitFinding{}, Causes: []report.PastCause{}, Gone: []report.PastCause{}}
		var v visit
		err := rows.Scan(append([]any{&v.number, &shown.ReportID, &shown.Run, &shown.Subject, &shown.Tool, &shown.Cut}, v.targets()...)...)
		shown.Bench, shown.Site, shown.Slot, shown.Location = v.bench, v.site, v.slot, v.location
		shown.System, shown.ProductVersion, shown.Verdict, shown.Headline, shown.Reason, shown.Retried = v.system, v.version, v.verdict, v.headline, v.reason, v.retried
		shown.Doubtful, shown.TakenAt, shown.ReceivedAt = aheadDoubt(v.ahead), moment(v.taken), receivedAt(&v)
		shown.Backup, shown.LastBackup, shown.NoLastBackup = backupState(v.backup), backupTime(v.backup), v.noBackup
		at[v.number] = len(visits)
		visits, places = append(visits, shown), append(places, place{At: v.place, Row: v.number})
		return err
	})
	if err == nil {
		err = addFindings(ctx, tx, device, visits, at)
	}
	if err == nil {
		err = addCopies(ctx, tx, visits, at)
	}
	return visits, places, err
}

const visitsWithReports = exportedVisits + " WHERE visit IN"

// addCopies adds to each visit the copy that was made at it. Few visits made one, so only their reports
// are decoded.
func addCopies(ctx context.Context, tx transaction, visits []report.Visit, at map[int64]int) error {
	return lookUp(ctx, tx, visitsWithReports, slices.Sorted(maps.Keys(at)), func(rows *sql.Rows) error {
		var e exported
		if err := rows.Scan(e.columns()...); err != nil {
			return err
		}
		if document, err := unpack(e.packed); err == nil && bytes.Contains(document, []byte(`"copy":{`)) {
			d, _ := e.device()
			visits[at[e.number]].Copy = d.Copy
		}
		return nil
	})
}

// findingsInOrder selects the findings of a device's visits, oldest first, and whether the visit counts.
const findingsInOrder = `
	SELECT visits.visit, visits.taken, CASE WHEN ahead = 0 OR NOT EXISTS (SELECT 1 FROM visits AS other WHERE other.device = $1 AND other.ahead = 0) THEN 1 ELSE 0 END,
		checks.name, status, coalesce((SELECT name FROM checks WHERE check_number = explained_by), '')
	FROM visits JOIN reports ON reports.report = visits.report
		JOIN findings ON findings.visit = visits.visit JOIN checks ON checks.check_number = findings.check_number
	WHERE device = $1 ORDER BY visits.place, reports.id`

// addFindings adds to each visit its findings, most severe first and causes before symptoms, and what
// had changed since the previous one, on any bench.
func addFindings(ctx context.Context, tx transaction, device int64, visits []report.Visit, at map[int64]int) error {
	tracker := report.CauseTracker{}
	var number, taken int64
	var counts bool
	var findings []report.VisitFinding
	end := func() {
		slices.SortFunc(findings, bySeverity)
		var causes, gone []report.PastCause
		if counts {
			causes, gone = tracker.Compare(moment(taken), findings)
		}
		if i, shown := at[number]; shown {
			v := &visits[i]
			v.Causes, v.Gone = append(v.Causes, causes...), append(v.Gone, gone...)
			v.Findings = slices.DeleteFunc(append(v.Findings, findings...), func(f report.VisitFinding) bool { return f.Status == string(checks.OK) })
		}
		findings = nil
	}
	err := each(ctx, tx, findingsInOrder, []any{device}, func(rows *sql.Rows) error {
		var next, when int64
		var nextCounts bool
		var f report.VisitFinding
		err := rows.Scan(&next, &when, &nextCounts, &f.Check, &f.Status, &f.ExplainedBy)
		if next != number {
			end()
		}
		number, taken, counts, findings = next, when, nextCounts, append(findings, f)
		return err
	})
	end()
	return err
}

// bySeverity sorts the most severe finding first, and causes before symptoms.
func bySeverity(a, b report.VisitFinding) int {
	return cmp.Or(severity[b.Status]-severity[a.Status], cmp.Compare(a.ExplainedBy, b.ExplainedBy), cmp.Compare(a.Check, b.Check))
}

// Report returns the JSON of a report by the ID of its message, in the wording of this version and
// including fields unknown to it. It returns ErrUnknown if there is no such report.
func (s *Store) Report(ctx context.Context, id string) ([]byte, error) {
	var packed []byte
	err := s.each(ctx, packedReport, []any{text(id, maxName)}, func(rows *sql.Rows) error { return rows.Scan(&packed) })
	if err == nil && packed == nil {
		err = ErrUnknown
	}
	if err != nil {
		return nil, during("reading a report", err)
	}
	document, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	return inWords(document), nil
}

const packedReport = "SELECT json FROM details WHERE report = (SELECT report FROM reports WHERE id = $1)"
