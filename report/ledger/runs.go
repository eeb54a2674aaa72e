package ledger

import (
	"context"
	"database/sql"

	"github.com/backupdoctor/backupdoctor/report"
)

const runColumns = "run, id, bench, started, finished, tool, host, subject, partial, exit, total"

// Runs lists the newest runs in the order of writing, newest first, at most limit.
func (s *Store) Runs(ctx context.Context, limit int) (report.RunList, error) {
	list := report.RunList{Header: report.NewHeader(report.KindRuns), Runs: []report.PastRun{}}
	err := s.read(ctx, func(tx transaction) (err error) {
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM runs").Scan(&list.Total); err != nil {
			return err
		}
		list.Runs, err = s.pastRuns(ctx, tx, query{"SELECT " + runColumns + " FROM runs ORDER BY run DESC LIMIT $1", []any{limit}})
		return err
	})
	return list, during("listing runs", err)
}

// pastRuns returns the runs of a query for runColumns, with their device counts.
func (s *Store) pastRuns(ctx context.Context, tx transaction, q query) ([]report.PastRun, error) {
	runs, numbers, started := []report.PastRun{}, []int64{}, []int64{}
	err := each(ctx, tx, q.text, q.args, func(rows *sql.Rows) error {
		var run report.PastRun
		var number, start, finished int64
		var exit, total int
		err := rows.Scan(&number, &run.Run, &run.Bench, &start, &finished, &run.Tool, &run.Host.OS, &run.Subject, &run.Partial, &exit, &total)
		run.StartedAt = timeOf(start)
		if finished == unknownNumber {
			run.State = report.RunUnknown
		} else {
			run.FinishedAt = timeOf(finished)
		}
		run.Exit, run.Total = known(exit), known(total)
		runs, numbers, started = append(runs, run), append(numbers, number), append(started, start)
		return err
	})
	for i := range runs {
		run := &runs[i]
		switch {
		case !run.FinishedAt.IsZero():
			run.State = report.RunFinished
		case s.turn == nil:
			run.State, run.Partial = report.RunUnknown, true
		case run.State == report.RunUnknown:
			run.Partial = true
		case holds.isHeld(s.path, run.Run):
			run.State, run.Partial = report.RunRunning, true
		default:
			run.State, run.Partial = report.RunInterrupted, true
		}
		if err == nil {
			run.Doubtful, err = s.doubtOf(ctx, tx, numbers[i], started[i])
		}
		if err == nil {
			err = tx.QueryRowContext(ctx, countDevices, run.Run).Scan(&run.Devices, &run.Failing, &run.AtRisk, &run.NotExamined, &run.NoCauseFound, &run.BackedUp, &run.Suppressed, &run.Retried)
		}
	}
	return runs, err
}

// known returns a number of a run, nil if unknown.
func known(number int) *int {
	if number == unknownNumber {
		return nil
	}
	return &number
}

// countDevices counts the devices of a run by their last state in it.
const countDevices = `
	SELECT count(*), count(CASE verdict WHEN 'failing' THEN 1 END), count(CASE verdict WHEN 'at-risk' THEN 1 END), count(CASE verdict WHEN 'not-examined' THEN 1 END),
		count(CASE verdict WHEN 'no-cause-found' THEN 1 END), count(CASE verdict WHEN 'backed-up' THEN 1 END), count(CASE verdict WHEN 'suppressed' THEN 1 END),
		count(CASE WHEN retried <> '' THEN 1 END)
	FROM visits WHERE visit IN (SELECT max(visit) FROM visits WHERE report IN (SELECT report FROM reports WHERE run = $1) GROUP BY device)`

// latestBefore selects the latest start among the runs written before a given one.
const latestBefore = "SELECT coalesce((SELECT started FROM runs WHERE run < $1 AND started <= $2 ORDER BY started DESC LIMIT 1), 0)"

// doubtOf returns why the start of a run is in doubt. On a hub the order of writing proves nothing.
func (s *Store) doubtOf(ctx context.Context, tx transaction, run, started int64) (string, error) {
	c := clockAt(s.now())
	if s.turn == nil {
		return c.judge(started), nil
	}
	err := tx.QueryRowContext(ctx, latestBefore, run, c.now+clockSlack).Scan(&c.latest)
	return c.judge(started), err
}
