package history

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// LastRun is the run that [Store.Report] takes for the newest.
const LastRun = "last"

// Report is the report of one run, with each device as it was last seen in it. which is the
// beginning of the run's id, if no other begins so, or LastRun. Of a device whose report cannot
// be read any more there is what the columns have; damaged counts those. No run is ErrNoRun.
func (s *Store) Report(ctx context.Context, which string) (r report.Report, damaged int, err error) {
	err = s.do(ctx, reading, func(conn *sqlite.Conn) error {
		row, past, err := s.runNamed(conn, which)
		if err != nil {
			return err
		}
		var devices []report.Device
		devices, damaged, err = reported(conn, "run = ?", row)
		r = report.OfRun(past, devices)
		return err
	})
	return r, damaged, err
}

// Around is what was known of all devices before a time, and what was found on those that were
// seen since, each as it was last seen.
func (s *Store) Around(ctx context.Context, at time.Time) (before, since report.Report, err error) {
	err = s.do(ctx, reading, func(conn *sqlite.Conn) error {
		devices, _, err := reported(conn, "seen = 1 AND taken < ?", at.Unix())
		if err != nil {
			return err
		}
		before = report.OfRun(report.PastRun{}, devices)
		devices, _, err = reported(conn, "seen = 1 AND taken >= ?", at.Unix())
		since = report.OfRun(report.PastRun{}, devices)
		return err
	})
	return before, since, err
}

// runNamed finds the run that is meant.
func (s *Store) runNamed(conn *sqlite.Conn, which string) (row int64, past report.PastRun, err error) {
	query, args := "SELECT * FROM runs WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2", []any{strings.ToLower(which)}
	if which == LastRun {
		query, args = "SELECT * FROM runs ORDER BY run DESC LIMIT 1", nil
	}
	found := 0
	err = sqlitex.Execute(conn, query, &sqlitex.ExecOptions{Args: args, ResultFunc: func(stmt *sqlite.Stmt) (err error) {
		found++
		row = stmt.GetInt64("run")
		past, err = s.pastRun(conn, stmt)
		return err
	}})
	switch {
	case err != nil:
		return 0, past, err
	case which == "" || found == 0:
		return 0, past, ErrNoRun
	case found > 1:
		return 0, past, fmt.Errorf("several runs begin with %q", which)
	}
	return row, past, nil
}

// reported reads the newest report of each device of the rows that satisfy a condition.
func reported(conn *sqlite.Conn, condition string, arg any) (devices []report.Device, damaged int, err error) {
	query := `
	SELECT device, id, ` + knownColumns + `, retried, json
	FROM (SELECT max(device) AS device FROM devices WHERE ` + condition + ` GROUP BY key)
	JOIN devices USING (device) JOIN runs USING (run) LEFT JOIN details USING (device) ORDER BY device`
	err = sqlitex.Execute(conn, query, &sqlitex.ExecOptions{Args: []any{arg}, ResultFunc: func(row *sqlite.Stmt) error {
		d, whole := exportedOf(row).device()
		if !whole {
			damaged++
		}
		devices = append(devices, d)
		return nil
	}})
	return devices, damaged, err
}
