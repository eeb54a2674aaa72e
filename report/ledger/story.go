package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"

	"github.com/backupdoctor/backupdoctor/report"
)

// A Story is one device with a page of its visits on all benches, the newest first.
type Story struct {
	Device Device             `json:"device"`
	Visits List[report.Visit] `json:"visits"`
}

// Story tells the story of the device with an id. No such device is ErrUnknown.
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
	if err != nil {
		return Story{}, fmt.Errorf("telling the story of a device: %w", err)
	}
	return story, nil
}

func (s *Store) deviceByID(ctx context.Context, tx transaction, id string, d *Device) (number int64, err error) {
	q := query{text: "SELECT " + devicesColumns + " FROM devices WHERE udid = $1", args: []any{text(id, maxName)}}
	list, err := listDevices(ctx, tx, q, NewestFirst, Page{})
	if err != nil {
		return 0, err
	}
	if len(list.Rows) == 0 {
		return 0, ErrUnknown
	}
	*d = list.Rows[0]
	err = tx.QueryRowContext(ctx, "SELECT device FROM devices WHERE udid = $1", text(id, maxName)).Scan(&number)
	return number, err
}

const visitsOfStory = `
	SELECT visit, reports.id, reports.tool, reports.cut, visits.bench, site, slot, visits.taken, visits.received, ahead, system, version, verdict, headline, reason, backup, no_backup
	FROM visits JOIN reports ON reports.report = visits.report
	WHERE device = $1 AND (visits.taken, visit) < ($2, $3) ORDER BY visits.taken DESC, visit DESC LIMIT $4`

func visitsPage(ctx context.Context, tx transaction, device int64, page Page) (List[report.Visit], error) {
	from, err := page.place(place{At: math.MaxInt64, Row: math.MaxInt64})
	if err != nil {
		return List[report.Visit]{}, err
	}
	var visits []report.Visit
	var places []place
	at := map[int64]int{}
	err = each(ctx, tx, visitsOfStory, []any{device, from.At, from.Row, page.rows() + 1}, func(rows *sql.Rows) error {
		v := report.Visit{Findings: []report.VisitFinding{}, Causes: []report.PastCause{}, Gone: []report.PastCause{}}
		var number, taken, received, backup int64
		var ahead bool
		if err := rows.Scan(&number, &v.ReportID, &v.Tool, &v.Cut, &v.Bench, &v.Site, &v.Slot, &taken, &received, &ahead,
			&v.System, &v.ProductVersion, &v.Verdict, &v.Headline, &v.Reason, &backup, &v.NoLastBackup); err != nil {
			return err
		}
		v.Doubtful = doubtOf(ahead)
		v.TakenAt, v.ReceivedAt, v.Backup, v.LastBackup = moment(taken), moment(received), backupState(backup), timeOf(backup)
		at[number] = len(visits)
		visits, places = append(visits, v), append(places, place{At: taken, Row: number})
		return nil
	})
	if err != nil {
		return List[report.Visit]{}, err
	}
	if err := addFindings(ctx, tx, visits, at); err != nil {
		return List[report.Visit]{}, err
	}
	return cut(page, visits, places), addChanges(ctx, tx, device, visits, at)
}

// findingsInOrder are those of the visits of a device that count, oldest first.
const findingsInOrder = `
	SELECT visits.visit, visits.taken, checks.name, status, coalesce((SELECT name FROM checks WHERE check_number = explained_by), '')
	FROM visits JOIN reports ON reports.report = visits.report
		JOIN findings ON findings.visit = visits.visit JOIN checks ON checks.check_number = findings.check_number
	WHERE device = $1 AND (ahead = 0 OR NOT EXISTS (SELECT 1 FROM visits AS other WHERE other.device = $1 AND other.ahead = 0))
	ORDER BY visits.taken, reports.id, checks.name`

// addChanges adds to visits what had changed since the visits before, on whatever bench.
func addChanges(ctx context.Context, tx transaction, device int64, visits []report.Visit, at map[int64]int) error {
	tracker := report.CauseTracker{}
	var number, taken int64
	var findings []report.VisitFinding
	end := func() {
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

// addFindings adds to visits their findings: the gravest first, causes before symptoms.
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
		slices.SortFunc(v.Findings, func(a, b report.VisitFinding) int {
			return cmp.Or(gravity[b.Status]-gravity[a.Status], cmp.Compare(a.ExplainedBy, b.ExplainedBy), cmp.Compare(a.Check, b.Check))
		})
	}
	return err
}

// Report is the JSON of a report by the id of its message, in the words of this version and
// with whatever its writer added. No such report is ErrUnknown.
func (s *Store) Report(ctx context.Context, id string) ([]byte, error) {
	var packed []byte
	err := s.read(ctx, func(tx transaction) error {
		return each(ctx, tx, packedReport, []any{text(id, maxName)},
			func(rows *sql.Rows) error { return rows.Scan(&packed) })
	})
	if err == nil && packed == nil {
		err = ErrUnknown
	}
	if err != nil {
		return nil, fmt.Errorf("reading a report: %w", err)
	}
	document, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	return inWords(document), nil
}

const packedReport = "SELECT json FROM details WHERE report = (SELECT report FROM reports WHERE id = $1)"
