package ledger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/backupdoctor/backupdoctor/report"
	"github.com/google/uuid"
)

// repairRow returns the row of a device's repair. ok is false if there is none that can be stored.
func repairRow(r *report.Repair, device, number int64) (row []any, ok bool) {
	if r == nil {
		return nil, false
	}
	id, err := uuid.Parse(r.ID)
	if err != nil || id.String() != r.ID {
		return nil, false
	}
	ended := int64(0)
	if !r.EndedAt.IsZero() {
		ended = max(seconds(r.EndedAt), 1)
	}
	return []any{r.ID, device, number, seconds(r.StartedAt), ended}, true
}

const repairColumns = "repair, device, report, started, ended"

// aboutRepairs updates a known repair, unless the report is about another device. A repair never
// opens again.
const aboutRepairs = `ON CONFLICT (repair) DO UPDATE SET report = excluded.report, ended = CASE WHEN repairs.ended = 0 THEN excluded.ended ELSE repairs.ended END
	WHERE repairs.device = excluded.device`

// addRepairs stores repairs one by one: one statement cannot change a row twice.
func addRepairs(ctx context.Context, tx transaction, rows [][]any) error {
	for _, row := range rows {
		if err := insert(ctx, tx, "repairs", repairColumns, [][]any{row}, aboutRepairs); err != nil {
			return err
		}
	}
	return nil
}

const openRepairs = `
	SELECT devices.key, details.json FROM repairs JOIN devices ON devices.device = repairs.device JOIN details ON details.report = repairs.report
	WHERE repairs.ended = 0 ORDER BY repairs.started, repairs.repair LIMIT $1`

// maxOpenRepairs limits the repairs that OpenRepairs returns.
const maxOpenRepairs = 1000

// OpenRepairs returns the repairs whose success is not known yet, each with its device as it was
// last read in the repair, oldest first.
func (s *Store) OpenRepairs(ctx context.Context) ([]report.DeviceRepair, error) {
	open := []report.DeviceRepair{}
	err := s.read(ctx, func(tx transaction) error {
		return each(ctx, tx, openRepairs, []any{maxOpenRepairs}, func(rows *sql.Rows) error {
			var key string
			var packed []byte
			if err := rows.Scan(&key, &packed); err != nil {
				return err
			}
			if d, ok := deviceIn(packed, key); ok && d.Repair != nil {
				open = append(open, report.NewDeviceRepair(report.RewordedDevice(d)))
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("reading open repairs: %w", err)
	}
	return open, nil
}

// rebuildRepairs derives the repairs from the full reports.
func (c *copier) rebuildRepairs() error {
	var found [][]any
	err := each(c.ctx, c.to, "SELECT visits.report, visits.device, json FROM visits JOIN details ON details.report = visits.report ORDER BY visits.report", nil, func(rows *sql.Rows) error {
		var number, device int64
		var packed []byte
		if err := rows.Scan(&number, &device, &packed); err != nil {
			return err
		}
		r, _ := reportIn(packed) // an unreadable report has no repair
		for _, d := range r.Devices {
			if row, ok := repairRow(d.Repair, device, number); ok && len(r.Devices) == 1 {
				found = append(found, row)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return addRepairs(c.ctx, c.to, found)
}
