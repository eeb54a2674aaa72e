package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// A Bench is what is known of one bench.
type Bench struct {
	Name       string    `json:"bench"`
	Site       string    `json:"site,omitempty"`
	Tool       string    `json:"toolVersion"` // version of the program there
	ReceivedAt time.Time `json:"receivedAt"`  // when something last came from it
	TakenAt    time.Time `json:"takenAt"`     // when that was read, by its clock
	LagSeconds int       `json:"lagSeconds"`  // between the two
	Reports    int       `json:"reports"`     // kept
	Refused    int       `json:"refused"`     // not kept
	Devices    int       `json:"devices"`     // that it was the last to read
}

// Benches lists the benches by name.
func (s *Store) Benches(ctx context.Context, page Page) (List[Bench], error) {
	var benches []Bench
	var places []place
	err := s.read(ctx, func(tx transaction) error {
		from, err := page.place(place{})
		if err != nil {
			return err
		}
		return each(ctx, tx, benchesPage, []any{from.Name, page.rows() + 1}, func(rows *sql.Rows) error {
			var b Bench
			var received, taken int64
			err := rows.Scan(&b.Name, &b.Site, &b.Tool, &received, &taken, &b.Reports, &b.Refused, &b.Devices)
			b.ReceivedAt, b.TakenAt = moment(received), moment(taken)
			b.LagSeconds = int(received - taken)
			benches, places = append(benches, b), append(places, place{Name: b.Name})
			return err
		})
	})
	if err != nil {
		return List[Bench]{}, fmt.Errorf("listing benches: %w", err)
	}
	return cut(page, benches, places), nil
}

const benchesPage = `
	SELECT bench, site, tool, received, taken, reports,
		coalesce((SELECT CAST(sum(refusals.reports) AS BIGINT) FROM refusals WHERE refusals.bench = benches.bench), 0),
		coalesce((SELECT devices FROM counts WHERE counts.site = '' AND kind = 'bench' AND name = benches.bench), 0)
	FROM benches WHERE bench > $1 ORDER BY bench LIMIT $2`

// Refusals counts for each reason the messages that were not kept, of known benches and of
// others.
func (s *Store) Refusals(ctx context.Context) (map[Reason]int, error) {
	refused := map[Reason]int{}
	err := s.read(ctx, func(tx transaction) error {
		return each(ctx, tx, "SELECT reason, CAST(sum(reports) AS BIGINT) FROM refusals GROUP BY reason", nil, func(rows *sql.Rows) error {
			var reason Reason
			var n int
			err := rows.Scan(&reason, &n)
			refused[reason] = n
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("counting refused reports: %w", err)
	}
	return refused, nil
}
