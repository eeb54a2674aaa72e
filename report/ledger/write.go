package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
	"github.com/google/uuid"
)

// A Run is what is known of a run when it starts.
type Run struct {
	ID      string    // a UUID
	Started time.Time // when it started
	Tool    string    // version of the program
	Host    string    // operating system of the scanning computer: linux, darwin, windows
	Subject string    // report.OfDevices or report.OfBackups; "" is OfDevices
	Total   *int      // devices to be examined; nil if unknown
}

// unknownNumber is stored for an unknown exit code or count.
const unknownNumber = -1

const addRun = `
	INSERT INTO runs (` + runColumns + `)
	VALUES ((SELECT coalesce(max(run), 0) + 1 FROM runs), $1, $2, $3, 0, $4, $5, $6, 0, -1, $7)
	ON CONFLICT (id) DO UPDATE SET finished = 0, partial = 0, exit = -1, total = CASE WHEN excluded.total = -1 THEN runs.total ELSE excluded.total END`

// Begin stores a run that has started, and holds it until it is finished or released, or the
// process ends. An existing run is continued, and has not ended any more; if another process holds it, Begin returns
// ErrRunning.
func (s *Store) Begin(ctx context.Context, run Run) error {
	if err := holds.take(ctx, s.path, run.ID); err != nil {
		return err
	}
	total := unknownNumber
	if run.Total != nil {
		total = *run.Total
	}
	return s.write(ctx, func(tx transaction) error {
		_, err := tx.ExecContext(ctx, addRun, run.ID, "", seconds(run.Started), run.Tool, run.Host, cmp.Or(run.Subject, report.OfDevices), total)
		return err
	})
}

// Add stores a finished device. The same device with the same time of reading replaces itself
// within a run; with another time it is another visit. Add returns ErrNoRun if the run was not
// begun.
func (s *Store) Add(ctx context.Context, runID string, d report.Device) error {
	return s.add(ctx, writing, runID, d, func(transaction, int64) error { return nil })
}

// AddAndSend is Add, but also numbers the item to be sent to a hub: both happen, or neither. When
// it returns, both are on disk.
func (s *Store) AddAndSend(ctx context.Context, runID string, d report.Device, leaving receipt.Item) error {
	return s.add(ctx, forcing, runID, d, func(tx transaction, visit int64) error { return numberReport(ctx, tx, visit, leaving) })
}

// add stores a device, and runs also with its visit in the same transaction.
func (s *Store) add(ctx context.Context, how txMode, runID string, d report.Device, also func(tx transaction, visit int64) error) error {
	var run report.Run
	err := s.read(ctx, func(tx transaction) (err error) {
		run, err = headOf(ctx, tx, runID)
		return err
	})
	if err != nil {
		return err
	}
	p, err := ownMessage(run, d, s.now())
	if err != nil {
		return err
	}
	return s.do(ctx, historyTimeout, how, func(tx transaction) error {
		if _, err := headOf(ctx, tx, runID); err != nil {
			return err
		}
		if err := one(ctx, tx, sameVisit, []any{runID, p.visits[0].key, p.visits[0].taken}, &p.replaces.report, &p.replaces.visit); err != nil {
			return err
		}
		if err := keep(ctx, tx, []preparedMessage{p}); err != nil {
			return err
		}
		return also(tx, p.visits[0].number)
	})
}

const sameVisit = `
	SELECT report, visit FROM visits
	WHERE device = (SELECT device FROM devices WHERE key = $2) AND taken = $3 AND report IN (SELECT report FROM reports WHERE run = $1)`

// headOf returns the part that the reports of a run have in common.
func headOf(ctx context.Context, tx transaction, id string) (report.Run, error) {
	run := report.Run{ID: id}
	var started int64
	err := tx.QueryRowContext(ctx, "SELECT started, tool, subject FROM runs WHERE id = $1", id).Scan(&started, &run.Tool, &run.Subject)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoRun
	}
	run.Started = timeOf(started)
	return run, err
}

// prepareEncoders encodes an empty report: the first one takes several times as long as the others.
var prepareEncoders = sync.OnceFunc(func() { ownMessage(report.Run{}, report.Device{}, time.Time{}) })

// ownMessage returns the findings of this computer on a device, in the form that is stored.
func ownMessage(run report.Run, d report.Device, at time.Time) (preparedMessage, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return preparedMessage{}, err
	}
	m := Message{ID: id.String(), Received: at, Report: report.Assemble(run, []report.Device{d})}
	if m.JSON, err = json.Marshal(m.Report); err != nil {
		return preparedMessage{}, err
	}
	if len(m.JSON) > maxDetail {
		return preparedMessage{}, fmt.Errorf("what was found is too long for the history: %d MiB", len(m.JSON)>>20)
	}
	return preparedMessage{message: m, received: seconds(at), packed: pack(m.JSON), visits: []visit{ownVisit(m, d, run.Subject)}, own: true}, nil
}

// ownVisit returns the visit for a device in a report of this computer.
func ownVisit(m Message, d report.Device, subject string) visit {
	v := newVisit(m, d)
	v.taken, v.place, v.ahead = seconds(d.TakenAt), seconds(d.TakenAt), false // there is no other clock
	v.seen = subject == report.OfDevices && d.Reason != string(device.NotAttached)
	v.key = keyOf(d)
	return v
}

// Finish ends a run at a given time with its report, whose devices were added one by one. When it
// returns, the run with all its devices is on disk: its commit is forced to disk, and the earlier
// ones with it.
func (s *Store) Finish(ctx context.Context, runID string, at time.Time, r report.Report) error {
	err := s.do(ctx, historyTimeout, forcing, func(tx transaction) error {
		done, err := tx.ExecContext(ctx, "UPDATE runs SET finished = $1, partial = $2, exit = $3 WHERE id = $4", max(seconds(at), 1), truth[r.Partial], r.Exit.Code, runID)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return cmp.Or(err, ErrNoRun)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return holds.release(s.path, runID)
}
