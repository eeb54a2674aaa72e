package history

import (
	"context"

	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Runs lists the runs that were written last, the last first: at most limit of them.
func (s *Store) Runs(ctx context.Context, limit int) (report.RunList, error) {
	list := report.RunList{Header: report.NewHeader(report.KindRuns), Runs: []report.PastRun{}}
	err := s.do(ctx, reading, func(conn *sqlite.Conn) error {
		err := sqlitex.Execute(conn, "SELECT count(*) FROM runs", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
			list.Total = row.ColumnInt(0)
			return nil
		}})
		if err != nil {
			return err
		}
		return sqlitex.Execute(conn, "SELECT * FROM runs ORDER BY run DESC LIMIT ?", &sqlitex.ExecOptions{
			Args: []any{limit},
			ResultFunc: func(row *sqlite.Stmt) error {
				run, err := s.pastRun(conn, row)
				list.Runs = append(list.Runs, run)
				return err
			},
		})
	})
	return list, err
}

// pastRun is one run with its devices counted.
func (s *Store) pastRun(conn *sqlite.Conn, row *sqlite.Stmt) (run report.PastRun, err error) {
	run = report.PastRun{
		Run:        row.GetText("id"),
		StartedAt:  timeOf(row, "started"),
		FinishedAt: timeOf(row, "finished"),
		Tool:       row.GetText("tool"),
		Host:       report.Host{OS: row.GetText("host")},
		Subject:    row.GetText("subject"),
		Partial:    row.GetBool("partial"),
	}
	run.Exit, run.Total = numberOf(row, "exit"), numberOf(row, "total")
	switch {
	case !run.FinishedAt.IsZero():
		run.State = report.RunFinished
	case holds.isHeld(s.path, run.Run):
		run.State, run.Partial = report.RunRunning, true
	default:
		run.State, run.Partial = report.RunCutOff, true
	}
	if run.Doubtful, err = s.doubtOf(conn, row); err != nil {
		return run, err
	}
	return run, sqlitex.Execute(conn, countDevices, &sqlitex.ExecOptions{
		Args: []any{row.GetInt64("run")},
		ResultFunc: func(row *sqlite.Stmt) error {
			run.Devices = row.ColumnInt(0)
			run.Failing = row.ColumnInt(1)
			run.AtRisk = row.ColumnInt(2)
			run.NotExamined = row.ColumnInt(3)
			run.NoCauseFound = row.ColumnInt(4)
			run.BackedUp = row.ColumnInt(5)
			run.Suppressed = row.ColumnInt(6)
			run.Retried = row.ColumnInt(7)
			return nil
		},
	})
}

// countDevices counts the devices of a run as they were last seen in it: with max(device),
// SQLite takes the other columns from the row that has it.
const countDevices = `
	SELECT count(*), total(verdict = 'failing'), total(verdict = 'at-risk'), total(verdict = 'not-examined'),
		total(verdict = 'no-cause-found'), total(verdict = 'backed-up'), total(verdict = 'suppressed'), total(retried <> '')
	FROM (SELECT verdict, retried, max(device) FROM devices WHERE run = ? GROUP BY key)`

// doubtOf says why the begin of a run is in doubt.
func (s *Store) doubtOf(conn *sqlite.Conn, row *sqlite.Stmt) (doubt string, err error) {
	c := clockAt(s.now())
	err = sqlitex.Execute(conn, latestBefore, &sqlitex.ExecOptions{
		Args:       []any{row.GetInt64("run"), c.now + clockSlack},
		ResultFunc: func(row *sqlite.Stmt) error { c.latest = row.ColumnInt64(0); return nil },
	})
	return c.judge(row.GetInt64("started")), err
}

// latestBefore is the latest begin of the runs that were written before one.
const latestBefore = "SELECT started FROM runs WHERE run < ? AND started <= ? ORDER BY started DESC LIMIT 1"

// numberOf is a number that may be unknown.
func numberOf(row *sqlite.Stmt, column string) *int {
	i := row.ColumnIndex(column)
	if row.ColumnIsNull(i) {
		return nil
	}
	number := row.ColumnInt(i)
	return &number
}
