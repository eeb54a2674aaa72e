package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"time"
)

// A Visit is one reading of a device.
type Visit struct {
	ReportID       string         `json:"report"` // see Store.Report
	Bench          string         `json:"bench"`
	Site           string         `json:"site,omitempty"`
	Slot           string         `json:"slot,omitempty"`
	Tool           string         `json:"tool"`
	TakenAt        time.Time      `json:"takenAt"`
	ReceivedAt     time.Time      `json:"receivedAt"`
	Ahead          bool           `json:"ahead,omitempty"` // read more than a day after it was received: a clock was wrong
	ProductVersion string         `json:"version,omitempty"`
	Verdict        string         `json:"verdict"`
	Headline       string         `json:"headline"`
	Reason         string         `json:"reason,omitempty"`
	Backup         Backup         `json:"backup"`
	LastBackup     time.Time      `json:"lastBackup,omitzero"`
	NoLastBackup   string         `json:"noLastBackup,omitempty"`
	Cut            string         `json:"cut,omitempty"` // what was left out of the report on its way, which was too long: evidence, findings
	Findings       []VisitFinding `json:"findings"`      // what was unwell or could not be read
}

// A VisitFinding is what a visit told of one check.
type VisitFinding struct {
	Check       string `json:"check"`
	Status      string `json:"status"`                // problem, warning, suppressed or unknown
	ExplainedBy string `json:"explainedBy,omitempty"` // id of the check whose finding this is a mere symptom of
}

// A Story is one device with a page of its visits on all benches, the newest first.
type Story struct {
	Device Device      `json:"device"`
	Visits List[Visit] `json:"visits"`
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
	SELECT visit, reports.id, reports.tool, reports.cut, visits.bench, site, slot, visits.taken, visits.received, ahead, version, verdict, headline, reason, backup, no_backup
	FROM visits JOIN reports ON reports.report = visits.report
	WHERE device = $1 AND (visits.taken, visit) < ($2, $3) ORDER BY visits.taken DESC, visit DESC LIMIT $4`

func visitsPage(ctx context.Context, tx transaction, device int64, page Page) (List[Visit], error) {
	from, err := page.place(place{At: math.MaxInt64, Row: math.MaxInt64})
	if err != nil {
		return List[Visit]{}, err
	}
	var visits []Visit
	var places []place
	at := map[int64]int{}
	err = each(ctx, tx, visitsOfStory, []any{device, from.At, from.Row, page.rows() + 1}, func(rows *sql.Rows) error {
		v := Visit{Findings: []VisitFinding{}}
		var number, taken, received, backup int64
		if err := rows.Scan(&number, &v.ReportID, &v.Tool, &v.Cut, &v.Bench, &v.Site, &v.Slot, &taken, &received, &v.Ahead,
			&v.ProductVersion, &v.Verdict, &v.Headline, &v.Reason, &backup, &v.NoLastBackup); err != nil {
			return err
		}
		v.TakenAt, v.ReceivedAt, v.Backup, v.LastBackup = moment(taken), moment(received), backupState(backup), timeOf(backup)
		at[number] = len(visits)
		visits, places = append(visits, v), append(places, place{At: taken, Row: number})
		return nil
	})
	if err != nil {
		return List[Visit]{}, err
	}
	return cut(page, visits, places), addFindings(ctx, tx, visits, at)
}

const findingsOfVisits = `
	SELECT visit, checks.name, status, coalesce((SELECT name FROM checks WHERE check_number = explained_by), '')
	FROM findings JOIN checks ON checks.check_number = findings.check_number
	WHERE status <> 'ok' AND visit IN`

// addFindings adds to visits their findings: the gravest first, causes before symptoms.
func addFindings(ctx context.Context, tx transaction, visits []Visit, at map[int64]int) error {
	var numbers []int64
	for number := range at {
		numbers = append(numbers, number)
	}
	err := lookUp(ctx, tx, findingsOfVisits, numbers, func(rows *sql.Rows) error {
		var number int64
		var f VisitFinding
		if err := rows.Scan(&number, &f.Check, &f.Status, &f.ExplainedBy); err != nil {
			return err
		}
		v := &visits[at[number]]
		v.Findings = append(v.Findings, f)
		return nil
	})
	for _, v := range visits {
		slices.SortFunc(v.Findings, func(a, b VisitFinding) int {
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
