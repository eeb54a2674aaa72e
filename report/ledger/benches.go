package ledger

import (
	"context"
	"database/sql"

	"github.com/backupdoctor/backupdoctor/report"
)

// A Bench describes one bench.
type Bench = report.Bench

// Benches lists the benches by name.
func (s *Store) Benches(ctx context.Context, page Page) (List[Bench], error) {
	list, err := pageByName(ctx, s, benchesPage, page, func(rows *sql.Rows) (b Bench, name string, err error) {
		var received, taken int64
		err = rows.Scan(&b.Name, &b.Site, &b.Tool, &received, &taken, &b.ClockAhead, &b.Reports, &b.Refused, &b.LeftOut, &b.Devices)
		b.ReceivedAt, b.TakenAt = moment(received), moment(taken)
		b.LagSeconds = int(received - taken)
		return b, b.Name, err
	})
	return list, during("listing benches", err)
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
	err := s.each(ctx, query, nil, func(rows *sql.Rows) error {
		var reason Reason
		var n int
		err := rows.Scan(&reason, &n)
		counted[reason] = n
		return err
	})
	return counted, during("counting refused reports", err)
}
