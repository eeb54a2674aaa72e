package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// LastRun selects the newest run in [Store.RunReport].
const LastRun = "last"

// RunReport returns the report of one run, with the last state of each device in it. which is a
// unique prefix of the run's ID, or LastRun. A device whose report can no longer be read is built
// from the columns; damaged counts those. RunReport returns ErrNoRun if there is no such run.
func (s *Store) RunReport(ctx context.Context, which string) (r report.Report, damaged int, err error) {
	err = s.read(ctx, func(tx transaction) error {
		past, err := s.oneRun(ctx, tx, which, "")
		if err != nil {
			return err
		}
		var devices []report.Device
		devices, damaged, err = reported(ctx, tx, inRun, past.Run)
		r = report.OfRun(past, devices)
		return err
	})
	return r, damaged, err
}

// RunDevices passes the last state of each device in a run to keep, in the order in which they were
// added. A device whose report can no longer be read is built from the columns.
func (s *Store) RunDevices(ctx context.Context, run string, keep func(report.Device)) error {
	err := s.read(ctx, func(tx transaction) error {
		return eachReported(ctx, tx, inRun, run, func(d report.Device, _ bool) { keep(d) })
	})
	return during("reading the devices of a run", err)
}

// Around returns what was known of all devices before a time, and what was found since on those
// that were seen again, with the last state of each.
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

// oneRun finds a run of a subject, "" for any, by ID prefix, or the newest one.
func (s *Store) oneRun(ctx context.Context, tx transaction, which, subject string) (past report.PastRun, err error) {
	q := query{runsOfPrefix, []any{subject, strings.ToLower(which)}}
	if which == LastRun {
		q = query{newestRun, []any{subject}}
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

const (
	runsOfPrefix = "SELECT " + runColumns + " FROM runs WHERE $1 IN (subject, '') AND substr(id, 1, length($2)) = $2 LIMIT 2"
	newestRun    = "SELECT " + runColumns + " FROM runs WHERE $1 IN (subject, '') ORDER BY run DESC LIMIT 1"
)

// inRun is the condition of visits in a run.
const inRun = "report IN (SELECT report FROM reports WHERE run = $1)"

// reported reads the newest report of each device among the visits that satisfy a condition.
func reported(ctx context.Context, tx transaction, condition string, arg any) (devices []report.Device, damaged int, err error) {
	err = eachReported(ctx, tx, condition, arg, func(d report.Device, whole bool) {
		if !whole {
			damaged++
		}
		devices = append(devices, d)
	})
	return devices, damaged, err
}

// eachReported passes on what reported returns, one device at a time, and whether its report could
// be read.
func eachReported(ctx context.Context, tx transaction, condition string, arg any, keep func(d report.Device, whole bool)) error {
	query := exportedVisits + " WHERE visit IN (SELECT max(visit) FROM visits WHERE " + condition + " GROUP BY device) ORDER BY visit"
	return each(ctx, tx, query, []any{arg}, func(rows *sql.Rows) error {
		var e exported
		err := rows.Scan(e.columns()...)
		if err == nil {
			keep(e.device())
		}
		return err
	})
}
