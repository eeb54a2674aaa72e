package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// LastRun is the run that [Store.RunReport] takes for the newest.
const LastRun = "last"

// RunReport is the report of one run, with each device as it was last seen in it. which is the
// beginning of the run's id, if no other begins so, or LastRun. Of a device whose report cannot
// be read any more there is what the columns have; damaged counts those. No run is ErrNoRun.
func (s *Store) RunReport(ctx context.Context, which string) (r report.Report, damaged int, err error) {
	err = s.read(ctx, func(tx transaction) error {
		past, err := s.runNamed(ctx, tx, which)
		if err != nil {
			return err
		}
		var devices []report.Device
		devices, damaged, err = reported(ctx, tx, "report IN (SELECT report FROM reports WHERE run = $1)", past.Run)
		r = report.OfRun(past, devices)
		return err
	})
	return r, damaged, err
}

// Around is what was known of all devices before a time, and what was found on those that were
// seen since, each as it was last seen.
func (s *Store) Around(ctx context.Context, at time.Time) (before, since report.Report, err error) {
	err = s.read(ctx, func(tx transaction) error {
		devices, _, err := reported(ctx, tx, "seen = 1 AND taken < $1", seconds(at))
		if err != nil {
			return err
		}
		before = report.OfRun(report.PastRun{}, devices)
		devices, _, err = reported(ctx, tx, "seen = 1 AND taken >= $1", seconds(at))
		since = report.OfRun(report.PastRun{}, devices)
		return err
	})
	return before, since, err
}

// runNamed finds the run that is meant.
func (s *Store) runNamed(ctx context.Context, tx transaction, which string) (past report.PastRun, err error) {
	q := query{"SELECT " + runColumns + " FROM runs WHERE substr(id, 1, length($1)) = $1 LIMIT 2", []any{strings.ToLower(which)}}
	if which == LastRun {
		q = query{text: "SELECT " + runColumns + " FROM runs ORDER BY run DESC LIMIT 1"}
	}
	runs, err := s.pastRuns(ctx, tx, q)
	switch {
	case err != nil:
		return past, err
	case which == "" || len(runs) == 0:
		return past, ErrNoRun
	case len(runs) > 1:
		return past, fmt.Errorf("several runs begin with %q", which)
	}
	return runs[0], nil
}

// reported reads the newest report of each device of the visits that satisfy a condition.
func reported(ctx context.Context, tx transaction, condition string, arg any) (devices []report.Device, damaged int, err error) {
	query := exportedVisits + " WHERE visit IN (SELECT max(visit) FROM visits WHERE " + condition + " GROUP BY device) ORDER BY visit"
	err = each(ctx, tx, query, []any{arg}, func(rows *sql.Rows) error {
		e, err := scanExported(rows)
		d, whole := e.device()
		if !whole {
			damaged++
		}
		devices = append(devices, d)
		return err
	})
	return devices, damaged, err
}
