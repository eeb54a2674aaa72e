package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/backupdoctor/backupdoctor/report"
)

// A Bench describes one bench.
type Bench = report.Bench

// Benches lists the benches by name.
func (s *Store) Benches(ctx context.Context, page Page) (List[Bench], error) {
	var benches []Bench
	var places []place
	err := s.read(ctx, func(tx transaction) error {
		from, err := page.place(place{})
		if err != nil {
			return err
		}
		return each(ctx, tx, benchesPage, []any{from.Name, truth[page.After == ""], page.rows() + 1}, func(rows *sql.Rows) error {
			var b Bench
			var received, taken, clock int64
			err := rows.Scan(&b.Name, &b.Site, &b.Tool, &received, &taken, &clock, &b.Reports, &b.Refused, &b.LeftOut, &b.Devices)
			b.ReceivedAt, b.TakenAt = moment(received), moment(taken)
			b.ClockAhead = int(clock)
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
	SELECT bench, site, tool, received, taken, clock, reports,
		coalesce((SELECT CAST(sum(refusals.reports) AS BIGINT) FROM refusals WHERE refusals.bench = benches.bench AND reason <> 'unknown-check'), 0),
		coalesce((SELECT refusals.reports FROM refusals WHERE refusals.bench = benches.bench AND reason = 'unknown-check'), 0),
		coalesce((SELECT devices FROM counts WHERE counts.site = '' AND kind = 'bench' AND name = benches.bench), 0)
	FROM benches WHERE bench >= $1 AND (bench > $1 OR $2 = 1) ORDER BY bench LIMIT $3`

// Refusals counts the messages that were not stored, by reason, including those from unknown
// benches.
func (s *Store) Refusals(ctx context.Context) (map[Reason]int, error) {
	return s.byReason(ctx, "SELECT reason, CAST(sum(reports) AS BIGINT) FROM refusals WHERE reason <> 'unknown-check' GROUP BY reason")
}

// byReason runs a query that counts by reason.
func (s *Store) byReason(ctx context.Context, query string) (map[Reason]int, error) {
	counted := map[Reason]int{}
	err := s.read(ctx, func(tx transaction) error {
		return each(ctx, tx, query, nil, func(rows *sql.Rows) error {
			var reason Reason
			var n int
			err := rows.Scan(&reason, &n)
			counted[reason] = n
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("counting refused reports: %w", err)
	}
	return counted, nil
}
