package history

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

const nextToForget = `
DELETE FROM runs WHERE run = (
	SELECT run FROM runs
	WHERE started < ?1 AND NOT EXISTS (SELECT 1 FROM devices WHERE devices.run = runs.run AND taken >= ?1)
	ORDER BY started LIMIT 1
)`

// Prune forgets the runs that were over before a time, with all their devices, and gives the
// room back to the disk. One that began before it, and of which a device was read since, as of
// a bench that runs for weeks, stays. It returns how many runs there were. It goes by single runs and a few
// pages at a time, so that a scan at the same time gets its turn.
func (s *Store) Prune(ctx context.Context, before time.Time) (runs int, err error) {
	for more := true; more; {
		err = s.do(ctx, writing, func(conn *sqlite.Conn) error {
			err := sqlitex.Execute(conn, nextToForget, &sqlitex.ExecOptions{
				Args: []any{before.Unix()},
			})
			more = conn.Changes() > 0
			runs += conn.Changes()
			return err
		})
		if err != nil {
			return runs, err
		}
	}
	for more := true; more; {
		err = s.do(ctx, writing, func(conn *sqlite.Conn) (err error) {
			more, err = giveBack(conn)
			return err
		})
		if err != nil {
			return runs, err
		}
	}
	return runs, nil
}

// giveBack takes some free pages out of the file, and reports whether it did.
func giveBack(conn *sqlite.Conn) (gave bool, err error) {
	before, err := freePages(conn)
	if err != nil || before == 0 {
		return false, err
	}
	if err := sqlitex.ExecuteTransient(conn, "PRAGMA incremental_vacuum(500)", nil); err != nil {
		return false, err
	}
	after, err := freePages(conn)
	return after < before, err
}

func freePages(conn *sqlite.Conn) (pages int, err error) {
	err = sqlitex.ExecuteTransient(conn, "PRAGMA freelist_count", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		pages = row.ColumnInt(0)
		return nil
	}})
	return pages, err
}
