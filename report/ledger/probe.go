package ledger

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// Probe writes a row and reads it back in a second transaction. This proves that the database
// accepts and keeps data and is the one that was opened. who identifies the hub, since several may
// share a database.
func (s *Store) Probe(ctx context.Context, who string) error {
	wrote, read := rand.Text(), ""
	err := s.write(ctx, func(tx transaction) error {
		if err := s.checkIdentity(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO probes (hub, written, value) VALUES ($1, $2, $3)
			ON CONFLICT (hub) DO UPDATE SET written = excluded.written, value = excluded.value`,
			text(who, maxName), seconds(time.Now()), wrote)
		return err
	})
	if err == nil {
		err = s.read(ctx, func(tx transaction) error {
			return tx.QueryRowContext(ctx, "SELECT value FROM probes WHERE hub = $1", text(who, maxName)).Scan(&read)
		})
	}
	if err == nil && read != wrote {
		err = fmt.Errorf("%s does not keep what is written", s.engine.name)
	}
	return during("writing to the database and reading back", err)
}

// Verify reads a whole file and returns the first fault found: from then on nothing is written to it.
// A server has to verify its own data.
func (s *Store) Verify(ctx context.Context) error {
	if s.engine.verify == "" {
		return nil
	}
	var answer string
	err := s.read(ctx, func(tx transaction) error { return tx.QueryRowContext(ctx, s.engine.verify).Scan(&answer) })
	if err == nil && answer != "ok" {
		s.damaged.Store(true)
		err = fmt.Errorf("%w: %s", ErrDamaged, text(answer, maxSentence))
	}
	return during("verifying the database", err)
}
