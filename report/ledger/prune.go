package ledger

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// A Pruning selects the runs to delete.
type Pruning struct {
	Before time.Time // runs that were over before this time; zero for none
	Future bool      // runs dated in the future because a clock was wrong
	Force  bool      // also runs with reports that no hub has
}

// A datedRun is a run with its dates.
type datedRun struct {
	row          int64
	id           string
	begin, until int64 // until is when the last of its devices was read
}

// datedRuns selects all runs in the order of writing.
const datedRuns = `
	SELECT run, id, started, coalesce((SELECT max(taken) FROM reports WHERE reports.run = runs.id), started) AS until
	FROM runs ORDER BY run`

// Prune deletes runs with all their devices, and returns the space to the disk. It keeps a run that
// began before the limit but has read a device since (a bench may run for weeks), a run in progress
// and, without Force, a run with reports that have no receipt: waiting counts those. It deletes one
// run and a few pages at a time, so that a concurrent scan can write in between.
//
// If a date is in doubt, the order of writing counts: a run dated in the future is as old as the
// next one that is not, and a run whose clock was behind is as old as the one before it.
func (s *Store) Prune(ctx context.Context, which Pruning) (runs, waiting int, err error) {
	var dated []datedRun
	err = s.read(ctx, func(tx transaction) (err error) {
		dated, err = collect(ctx, tx, datedRuns, nil, func(r *datedRun) []any { return []any{&r.row, &r.id, &r.begin, &r.until} })
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	for _, run := range which.chosen(dated, clockAt(s.now())) {
		if holds.isHeld(s.path, run.id) {
			continue
		}
		kept := 0
		err := s.write(ctx, func(tx transaction) (err error) {
			if kept, err = forgetReports(ctx, tx, run.id, which.Force); err != nil || kept > 0 {
				return err
			}
			return forgetRun(ctx, tx, run.id)
		})
		if err != nil {
			return runs, waiting, err
		}
		if waiting += kept; kept > 0 {
			continue
		}
		runs++
		holds.forget(s.path, run.id)
	}
	for more := true; more; {
		err = s.write(ctx, func(tx transaction) (err error) {
			more, err = giveBack(ctx, tx)
			return err
		})
		if err != nil {
			return runs, waiting, err
		}
	}
	return runs, waiting, nil
}

// forgetRun deletes a run with its reports, and updates the derived tables.
func forgetRun(ctx context.Context, tx transaction, id string) error {
	var reports []int64
	keys := map[string]bool{}
	err := each(ctx, tx, reportsOfRun, []any{id}, func(rows *sql.Rows) error {
		var number int64
		var key sql.NullString
		err := rows.Scan(&number, &key)
		reports, keys[key.String] = append(reports, number), true
		return err
	})
	if err != nil {
		return err
	}
	delete(keys, "")
	devices, err := load(ctx, tx, slices.Sorted(maps.Keys(keys)))
	if err != nil {
		return err
	}
	known, err := readCatalogue(ctx, tx)
	if err != nil {
		return err
	}
	before := count(devices, known.names)
	if err := forget(ctx, tx, slices.Compact(reports)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM runs WHERE id = $1", id); err != nil {
		return err
	}
	for _, h := range devices {
		var newest bool
		if err := tx.QueryRowContext(ctx, visitsLeft, h.number, h.newest.number).Scan(&h.visits, &newest); err != nil {
			return err
		}
		h.late = !newest // the state keeps what deleted older visits said
	}
	return update(ctx, tx, devices, before, known.names)
}

const (
	reportsOfRun = `
	SELECT reports.report, devices.key FROM reports LEFT JOIN visits ON visits.report = reports.report LEFT JOIN devices ON devices.device = visits.device
	WHERE reports.run = $1 ORDER BY reports.report`
	visitsLeft = "SELECT count(*), count(CASE WHEN visit = $2 THEN 1 END) FROM visits WHERE device = $1"
)

// chosen returns the runs to delete.
func (p Pruning) chosen(runs []datedRun, c clock) []datedRun {
	doubts := make([]string, len(runs))
	for i := range runs {
		run := &runs[i]
		if doubts[i] = c.judge(run.begin); doubts[i] == report.DoubtJumpedBack {
			run.begin, run.until = c.latest, max(c.latest, run.until)
		}
	}
	// Backwards, because no run was written after those that follow it.
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

// giveBack releases some free pages of the file, and reports whether there were any.
func giveBack(ctx context.Context, tx transaction) (gave bool, err error) {
	var before, after int
	if err := tx.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&before); err != nil || before == 0 {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, "PRAGMA incremental_vacuum(500)"); err != nil {
		return false, err
	}
	err = tx.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&after)
	return after < before, err
}
