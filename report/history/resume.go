package history

import (
	"context"
	"fmt"
	"strings"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// LastUnfinished is the run that [Store.Resume] takes for the newest, if it was cut off.
const LastUnfinished = "last"

// A Resumption is what there is of a run that is to go on. Events under its id go to it.
type Resumption struct {
	Run  report.PastRun
	Done []report.Device // devices that were examined to their end, in the order in which they were finished
}

// Resume looks up a run over devices, and holds it: which is the begin of its id, if no other
// begins so, or LastUnfinished: that is the newest run over devices, which was cut off by a kill or
// ended by Ctrl-C, and never an older one. If it came to its end, that is ErrFinished. Devices that were not
// examined, or not to the end, or of which what was found cannot be read any more, are not
// among those that are done. No run is ErrNoRun, one that goes on still ErrRunning.
func (s *Store) Resume(ctx context.Context, which string) (Resumption, error) {
	var found Resumption
	err := s.do(ctx, reading, func(conn *sqlite.Conn) error {
		row, err := s.oneRun(conn, which, &found.Run)
		if err != nil {
			return err
		}
		return sqlitex.Execute(conn, doneDevices, &sqlitex.ExecOptions{
			Args: []any{row, string(checks.NotExamined)},
			ResultFunc: func(row *sqlite.Stmt) error {
				var d report.Device
				if unpack(blobOf(row, "json"), &d) == nil {
					found.Done = append(found.Done, report.RewordedDevice(d))
				}
				return nil
			},
		})
	})
	if err == nil {
		err = holds.take(ctx, s.path, found.Run.Run)
	}
	return found, err
}

const doneDevices = `
	SELECT json FROM (SELECT max(device) AS device FROM devices WHERE run = ? AND verdict <> ? AND reason = '' GROUP BY key)
	JOIN details USING (device) ORDER BY device`

// oneRun finds the run that is meant, and fills it in.
func (s *Store) oneRun(conn *sqlite.Conn, which string, run *report.PastRun) (row int64, err error) {
	query, args := "SELECT * FROM runs WHERE subject = ? AND substr(id, 1, length(?2)) = ?2 LIMIT 2", []any{report.OfDevices, strings.ToLower(which)}
	if which == LastUnfinished {
		query, args = "SELECT * FROM runs WHERE subject = ? ORDER BY run DESC LIMIT 1", args[:1]
	}
	found := 0
	err = sqlitex.Execute(conn, query, &sqlitex.ExecOptions{Args: args, ResultFunc: func(stmt *sqlite.Stmt) (err error) {
		found++
		row = stmt.GetInt64("run")
		*run, err = s.pastRun(conn, stmt)
		return err
	}})
	switch {
	case err != nil:
		return 0, err
	case which == "" || found == 0:
		return 0, ErrNoRun
	case found > 1:
		return 0, fmt.Errorf("several runs begin with %q", which)
	case run.State == report.RunRunning:
		return 0, ErrRunning
	case which == LastUnfinished && run.State == report.RunFinished && !run.Partial:
		return 0, ErrFinished
	}
	return row, nil
}

func blobOf(row *sqlite.Stmt, column string) []byte {
	i := row.ColumnIndex(column)
	blob := make([]byte, row.ColumnLen(i))
	row.ColumnBytes(i, blob)
	return blob
}
