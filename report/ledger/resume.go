package ledger

import (
	"context"
	"database/sql"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/report"
)

// LastUnfinished selects the newest run in [Store.Resume], if it is unfinished.
const LastUnfinished = LastRun

// A Resumption is the state of a run to be resumed. New events are added under its ID.
type Resumption struct {
	Run  report.PastRun
	Done []report.Device // completely examined devices, in the order in which they were finished
}

// Resume finds a run over devices and holds it. which is a unique prefix of its ID, or
// LastUnfinished, which selects the newest run over devices, interrupted by a kill or Ctrl-C, and
// never an older one. Resume returns ErrFinished if the run was completed, ErrNoEnd if
// that is unknown, ErrNoRun if there is none, and ErrRunning if it is still in progress. Done omits devices that were not, or not
// completely, examined, and those whose findings can no longer be read.
func (s *Store) Resume(ctx context.Context, which string) (found Resumption, err error) {
	err = s.read(ctx, func(tx transaction) (err error) {
		found.Run, err = s.oneRun(ctx, tx, which, report.OfDevices)
		switch {
		case err != nil:
			return err
		case found.Run.State == report.RunRunning:
			return ErrRunning
		case which == LastUnfinished && found.Run.State == report.RunFinished && !found.Run.Partial:
			return ErrFinished
		case which == LastUnfinished && found.Run.State == report.RunUnknown:
			return ErrNoEnd
		}
		return each(ctx, tx, doneDevices, []any{found.Run.Run, string(checks.NotExamined)}, func(rows *sql.Rows) error {
			var key string
			var packed []byte
			if err := rows.Scan(&key, &packed); err != nil {
				return err
			}
			if d, ok := deviceIn(packed, key); ok {
				found.Done = append(found.Done, report.RewordedDevice(d))
			}
			return nil
		})
	})
	if err == nil {
		err = holds.take(ctx, s.path, found.Run.Run)
	}
	return found, err
}

const doneDevices = `
	SELECT (SELECT key FROM devices WHERE devices.device = visits.device), json FROM visits JOIN details ON details.report = visits.report
	WHERE visit IN (SELECT max(visit) FROM visits WHERE report IN (SELECT report FROM reports WHERE run = $1) AND verdict <> $2 AND reason = '' GROUP BY device)
	ORDER BY visit`
