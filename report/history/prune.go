package history

import (
	"context"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// A Pruning says which runs to forget.
type Pruning struct {
	Before time.Time // those that were over before; zero for none
	Future bool      // those that are dated in the future, since a clock was wrong
	Force  bool      // also those with reports that no hub has
}

// A datedRun is one with its dates.
type datedRun struct {
	row          int64
	id           string
	begin, until int64 // until is when the last of its devices was read
}

// datedRuns are all runs in the order in which they were written.
const datedRuns = `
	SELECT run, id, started, coalesce((SELECT max(taken) FROM devices WHERE devices.run = runs.run), started) AS until
	FROM runs ORDER BY run`

// Prune forgets runs with all their devices, and gives the room back to the disk. A run that
// began before a time, and of which a device was read since, as of a bench that runs for
// weeks, stays; so does a run that goes on, and without Force one with reports that no hub has
// given a receipt for: waiting counts those. It goes by single runs and a few pages at a time,
// so that a scan at the same time gets its turn.
//
// Where a date is in doubt, the order of writing counts: a run dated in the future is as old
// as the next one that is not, and one whose clock was behind as the one before.
func (s *Store) Prune(ctx context.Context, which Pruning) (runs, waiting int, err error) {
	var dated []datedRun
	err = s.do(ctx, reading, func(conn *sqlite.Conn) error {
		dated = nil
		return sqlitex.Execute(conn, datedRuns, &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
			dated = append(dated, datedRun{row.GetInt64("run"), row.GetText("id"), row.GetInt64("started"), row.GetInt64("until")})
			return nil
		}})
	})
	if err != nil {
		return 0, 0, err
	}
	for _, run := range which.chosen(dated, clockAt(s.now())) {
		if holds.isHeld(s.path, run.id) {
			continue
		}
		kept := 0
		err := s.do(ctx, writing, func(conn *sqlite.Conn) (err error) {
			if kept, err = forgetReports(conn, run.row, which.Force); err != nil || kept > 0 {
				return err
			}
			err = sqlitex.Execute(conn, "DELETE FROM runs WHERE run = ? AND id = ?", &sqlitex.ExecOptions{Args: []any{run.row, run.id}})
			runs += conn.Changes()
			return err
		})
		if err != nil {
			return runs, waiting, err
		}
		if waiting += kept; kept > 0 {
			continue
		}
		holds.forget(s.path, run.id)
	}
	for more := true; more; {
		err = s.do(ctx, writing, func(conn *sqlite.Conn) (err error) {
			more, err = giveBack(conn)
			return err
		})
		if err != nil {
			return runs, waiting, err
		}
	}
	return runs, waiting, nil
}

// chosen are the runs to forget.
func (p Pruning) chosen(runs []datedRun, c clock) []datedRun {
	doubts := make([]string, len(runs))
	for i := range runs {
		run := &runs[i]
		if doubts[i] = c.judge(run.begin); doubts[i] == report.DoubtJumpedBack {
			run.begin, run.until = c.latest, max(c.latest, run.until)
		}
	}
	// From the last to the first: no run was written after those that follow it.
	next := c.now
	for i := len(runs) - 1; i >= 0; i-- {
		run := &runs[i]
		if c.isFuture(run.until) {
			run.until = next
		}
		if doubts[i] == report.DoubtFuture {
			run.begin = next
		} else if doubts[i] == "" {
			next = min(next, run.begin)
		}
	}
	before := p.Before.Unix()
	var chosen []datedRun
	for i, run := range runs {
		old := !p.Before.IsZero() && run.begin < before && run.until < before
		if old || p.Future && doubts[i] == report.DoubtFuture {
			chosen = append(chosen, run)
		}
	}
	return chosen
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
