package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/uuid"
)

// repairRows are the rows of one repair.
type repairRows struct {
	id     string
	device int64
	repair []any   // repairColumns
	trials [][]any // trialColumns
}

// rowsOfRepair returns the rows of a device's repair. ok is false if there is none that can be
// stored.
func rowsOfRepair(r *report.Repair, device, number int64) (rows repairRows, ok bool) {
	if r == nil {
		return repairRows{}, false
	}
	id, err := uuid.Parse(r.ID)
	if err != nil || id.String() != r.ID {
		return repairRows{}, false
	}
	ended := int64(0)
	if !r.EndedAt.IsZero() {
		ended = max(seconds(r.EndedAt), 1)
	}
	return repairRows{r.ID, device, []any{r.ID, device, number, seconds(r.StartedAt), ended}, trialsOf(r)}, true
}

const repairColumns = "repair, device, report, started, ended"

// aboutRepairs updates a known repair, unless the report is about another device. A repair never
// opens again.
const aboutRepairs = `ON CONFLICT (repair) DO UPDATE SET report = excluded.report, ended = CASE WHEN repairs.ended = 0 THEN excluded.ended ELSE repairs.ended END
	WHERE repairs.device = excluded.device`

// addRepairs stores repairs one by one: one statement cannot change a row twice.
func addRepairs(ctx context.Context, tx transaction, repairs []repairRows) error {
	for _, r := range repairs {
		if err := insert(ctx, tx, "repairs", repairColumns, [][]any{r.repair}, aboutRepairs); err != nil {
			return err
		}
		var device int64
		if err := tx.QueryRowContext(ctx, deviceOfRepair, r.id).Scan(&device); err != nil {
			return err
		}
		if device != r.device {
			continue
		}
		if err := insert(ctx, tx, "trials", trialColumns, r.trials, aboutTrials); err != nil {
			return err
		}
	}
	return nil
}

const deviceOfRepair = "SELECT device FROM repairs WHERE repair = $1"

const openRepairs = `
	SELECT devices.key, details.json FROM repairs JOIN devices ON devices.device = repairs.device JOIN details ON details.report = repairs.report
	WHERE repairs.ended = 0 ORDER BY repairs.started, repairs.repair LIMIT $1`

// maxOpenRepairs limits the repairs that OpenRepairs returns.
const maxOpenRepairs = 1000

// OpenRepairs returns the repairs whose success is not known yet, each with its device as it was
// last read in the repair, oldest first.
func (s *Store) OpenRepairs(ctx context.Context) ([]report.DeviceRepair, error) {
	return s.openRepairs(ctx, func(string) bool { return true })
}

// OpenRepair returns the newest open repair of a device. ok is false if it has none.
func (s *Store) OpenRepair(ctx context.Context, udid string) (r report.Repair, ok bool, err error) {
	open, err := s.openRepairs(ctx, func(key string) bool { return device.SameUDID(key, udid) })
	if len(open) == 0 {
		return report.Repair{}, false, err
	}
	return open[len(open)-1].Repair, true, nil
}

// openRepairs returns the open repairs of those devices whose key is wanted, oldest first.
func (s *Store) openRepairs(ctx context.Context, wanted func(key string) bool) ([]report.DeviceRepair, error) {
	open := []report.DeviceRepair{}
	err := s.each(ctx, openRepairs, []any{maxOpenRepairs}, func(rows *sql.Rows) error {
		var key string
		var packed []byte
		if err := rows.Scan(&key, &packed); err != nil || !wanted(key) {
			return err
		}
		if d, ok := deviceIn(packed, key); ok && d.Repair != nil {
			open = append(open, report.NewDeviceRepair(report.RewordedDevice(d)))
		}
		return nil
	})
	return open, during("reading open repairs", err)
}

// rebuildRepairs derives the repairs from the full reports.
func (c *copier) rebuildRepairs() error {
	var found []repairRows
	err := each(c.ctx, c.to, "SELECT visits.report, visits.device, json FROM visits JOIN details ON details.report = visits.report ORDER BY visits.report", nil, func(rows *sql.Rows) error {
		var number, device int64
		var packed []byte
		if err := rows.Scan(&number, &device, &packed); err != nil {
			return err
		}
		document, _ := unpack(packed) // an unreadable report has no repair
		if !bytes.Contains(document, []byte(`"repair"`)) {
			return nil // decoding takes most of the time, and few reports have one
		}
		var r report.Report
		if json.Unmarshal(document, &r) != nil {
			return nil
		}
		for _, d := range r.Devices {
			if rows, ok := rowsOfRepair(d.Repair, device, number); ok && len(r.Devices) == 1 {
				found = append(found, rows)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return addRepairs(c.ctx, c.to, found)
}
