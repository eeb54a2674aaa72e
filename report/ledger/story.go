package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"strings"

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
		number, err := s.deviceByID(ctx, tx, id, &story.Device)
		if err != nil {
			return err
		}
		story.Visits, err = visitsPage(ctx, tx, number, page)
		return err
	})
	return story, during("reading the history of a device", err)
}

func (s *Store) deviceByID(ctx context.Context, tx transaction, id string, d *Device) (number int64, err error) {
	id = text(id, maxSentence)
	err = tx.QueryRowContext(ctx, devicesByKey+" LIMIT 1", device.UDIDKey(id), id).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrUnknown
	}
	if err != nil {
		return 0, err
	}
	found, err := devicesOf(ctx, tx, []int64{number})
	if err == nil {
		*d = found[0]
	}
	return number, err
}

var visitsOfStory = `
	SELECT visit, reports.id, reports.run, coalesce(runs.subject, ''), reports.tool, reports.cut, ` + visitsColumns + `
	FROM visits JOIN reports ON reports.report = visits.report LEFT JOIN runs ON runs.id = reports.run
	WHERE device = $1 AND (visits.place, visit) < ($2, $3) ORDER BY visits.place DESC, visit DESC LIMIT $4`

// visitsColumns are visitColumns qualified for joins with tables that have columns of the same
// names.
var visitsColumns = "visits." + strings.ReplaceAll(visitColumns, ", ", ", visits.")

func visitsPage(ctx context.Context, tx transaction, device int64, page Page) (List[report.Visit], error) {
	from, err := page.place(place{At: math.MaxInt64, Row: math.MaxInt64})
	if err != nil {
		return List[report.Visit]{}, err
	}
	visits, places, err := newestVisits(ctx, tx, device, from, page.rows()+1)
	if err != nil {
		return List[report.Visit]{}, err
	}
	return cut(page, visits, places), nil
}

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
		err = addFindings(ctx, tx, visits, at)
	}
	if err == nil {
		err = addChanges(ctx, tx, device, visits, at)
	}
	return visits, places, err
}

// findingsInOrder selects the findings of a device's visits that count, oldest first.
const findingsInOrder = `
	SELECT visits.visit, visits.taken, checks.name, status, coalesce((SELECT name FROM checks WHERE check_number = explained_by), '')
	FROM visits JOIN reports ON reports.report = visits.report
		JOIN findings ON findings.visit = visits.visit JOIN checks ON checks.check_number = findings.check_number
	WHERE device = $1 AND (ahead = 0 OR NOT EXISTS (SELECT 1 FROM visits AS other WHERE other.device = $1 AND other.ahead = 0))
	ORDER BY visits.place, reports.id`

// addChanges adds to each visit what had changed since the previous one, on any bench.
func addChanges(ctx context.Context, tx transaction, device int64, visits []report.Visit, at map[int64]int) error {
	tracker := report.CauseTracker{}
	var number, taken int64
	var findings []report.VisitFinding
	end := func() {
		slices.SortFunc(findings, bySeverity)
		causes, gone := tracker.Compare(moment(taken), findings)
		if i, shown := at[number]; shown {
			visits[i].Causes, visits[i].Gone = causes, gone
		}
		findings = nil
	}
	err := each(ctx, tx, findingsInOrder, []any{device}, func(rows *sql.Rows) error {
		var next, when int64
		var f report.VisitFinding
		if err := rows.Scan(&next, &when, &f.Check, &f.Status, &f.ExplainedBy); err != nil {
			return err
		}
		if next != number {
			end()
		}
		number, taken, findings = next, when, append(findings, f)
		return nil
	})
	end()
	return err
}

const findingsOfVisits = `
	SELECT visit, checks.name, status, coalesce((SELECT name FROM checks WHERE check_number = explained_by), '')
	FROM findings JOIN checks ON checks.check_number = findings.check_number
	WHERE status <> 'ok' AND visit IN`

// addFindings adds the findings to visits: most severe first, causes before symptoms.
func addFindings(ctx context.Context, tx transaction, visits []report.Visit, at map[int64]int) error {
	var numbers []int64
	for number := range at {
		numbers = append(numbers, number)
	}
	err := lookUp(ctx, tx, findingsOfVisits, numbers, func(rows *sql.Rows) error {
		var number int64
		var f report.VisitFinding
		if err := rows.Scan(&number, &f.Check, &f.Status, &f.ExplainedBy); err != nil {
			return err
		}
		v := &visits[at[number]]
		v.Findings = append(v.Findings, f)
		return nil
	})
	for _, v := range visits {
		slices.SortFunc(v.Findings, bySeverity)
	}
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
