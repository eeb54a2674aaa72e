package ledger

import (
	"context"
	"database/sql"
)

// Shares is how much of its part of the database one bench uses, each from 0 to 1.
type Shares struct {
	Checks  float64 // of the unknown checks: findings of any more are left out
	Rejects float64 // of the rejected messages: any more are only counted
}

// Shares returns the shares of the benches that use any, by name.
func (s *Store) Shares(ctx context.Context) (map[string]Shares, error) {
	shares := map[string]Shares{}
	err := s.read(ctx, func(tx transaction) error {
		err := each(ctx, tx, "SELECT sender, count(*) FROM checks WHERE sender <> '' GROUP BY sender", nil, func(rows *sql.Rows) error {
			var bench string
			var n int
			err := rows.Scan(&bench, &n)
			shares[bench] = Shares{Checks: float64(n) / maxForeign}
			return err
		})
		if err != nil {
			return err
		}
		return each(ctx, tx, "SELECT bench, count(*), CAST(coalesce(sum(CASE WHEN message IS NULL THEN 0 ELSE bytes END), 0) AS BIGINT) FROM rejects GROUP BY bench", nil, func(rows *sql.Rows) error {
			var bench string
			var n, bytes int64
			err := rows.Scan(&bench, &n, &bytes)
			of := shares[bench]
			of.Rejects = max(float64(n)/maxRejects, float64(bytes)/float64(s.rejectBytesOfBench()))
			shares[bench] = of
			return err
		})
	})
	return shares, during("measuring the shares of benches", err)
}

// rejectBytesOfBench is how many bytes of one bench's rejected messages are kept in full. It leaves
// room for those of others.
func (s *Store) rejectBytesOfBench() int64 { return max(s.RejectBytes/4, 1) }
