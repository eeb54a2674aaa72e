package history

import (
	"context"

	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Runs lists the newest runs, newest first: at most limit of them.
func (s *Store) Runs(ctx context.Context, limit int) (report.RunList, error) {
	list := report.RunList{Schema: report.HistorySchema, Runs: []report.PastRun{}}
	err := s.do(ctx, reading, func(conn *sqlite.Conn) error {
		err := sqlitex.Execute(conn, "SELECT count(*) FROM runs", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
			list.Total = row.ColumnInt(0)
			return nil
		}})
		if err != nil {
			return err
		}
		return sqlitex.Execute(conn, "SELECT * FROM runs ORDER BY started DESC, run DESC LIMIT ?", &sqlitex.ExecOptions{
			Args: []any{limit},
			ResultFunc: func(row *sqlite.Stmt) error {
				run, err := pastRun(conn, row)
				list.Runs = append(list.Runs, run)
				return err
			},
		})
	})
	return list, err
}

// pastRun is one run with its devices counted.
func pastRun(conn *sqlite.Conn, row *sqlite.Stmt) (report.PastRun, error) {
	run := report.PastRun{
		Run:        row.GetText("id"),
		StartedAt:  timeOf(row, "started"),
		FinishedAt: timeOf(row, "finished"),
		Tool:       row.GetText("tool"),
		Host:       report.Host{OS: row.GetText("host")},
		Subject:    row.GetText("subject"),
		Partial:    row.GetBool("partial"),
	}
	if i := row.ColumnIndex("exit"); !row.ColumnIsNull(i) {
		code := row.ColumnInt(i)
		run.Exit = &code
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

// countDevices counts the devices of a run as they were last seen in it: with max(taken),
// SQLite takes the other columns from the row that has it.
const countDevices = `
	SELECT count(*), total(verdict = 'failing'), total(verdict = 'at-risk'), total(verdict = 'not-examined'),
		total(verdict = 'no-cause-found'), total(verdict = 'backed-up'), total(verdict = 'suppressed'), total(retried <> '')
	FROM (SELECT verdict, retried, max(taken) FROM devices WHERE run = ? GROUP BY key)`
