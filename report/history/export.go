package history

import (
	"context"

	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// exportStep is how many devices are read at a time: whoever they are written for may be slow,
// and no lock is held meanwhile.
const exportStep = 50

// Export hands over all runs, oldest first, and then all devices as they were reported, in the
// order in which they were added. Of a device whose report cannot be read any more there is
// what stands in the columns; damaged counts those.
func (s *Store) Export(ctx context.Context, run func(report.PastRun) error, visit func(runID string, d report.Device) error) (damaged int, err error) {
	last, err := s.exportRuns(ctx, run)
	if err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		var step []exported
		err := s.do(ctx, reading, func(conn *sqlite.Conn) (err error) {
			step, err = exportDevices(conn, after, last)
			return err
		})
		if err != nil {
			return damaged, err
		}
		for _, e := range step {
			after = e.row
			d, whole := e.device()
			if !whole {
				damaged++
			}
			if err := visit(e.run, d); err != nil {
				return damaged, err
			}
		}
		if len(step) < exportStep {
			return damaged, nil
		}
	}
}

// exportRuns hands over the runs, and returns the last row of a device that belongs to them.
func (s *Store) exportRuns(ctx context.Context, run func(report.PastRun) error) (last int64, err error) {
	var runs []report.PastRun
	err = s.do(ctx, reading, func(conn *sqlite.Conn) error {
		err := sqlitex.Execute(conn, "SELECT max(device) FROM devices", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
			last = row.ColumnInt64(0)
			return nil
		}})
		if err != nil {
			return err
		}
		return sqlitex.Execute(conn, "SELECT * FROM runs ORDER BY run", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
			past, err := s.pastRun(conn, row)
			runs = append(runs, past)
			return err
		}})
	})
	if err != nil {
		return 0, err
	}
	for _, past := range runs {
		if err := run(past); err != nil {
			return 0, err
		}
	}
	return last, nil
}

// An exported device is one row, and its report as it was packed.
type exported struct {
	row     int64
	run     string // id
	columns report.Device
	detail  []byte // nil if there is none
}

// device is what was reported, and whether that could be read.
func (e exported) device() (d report.Device, whole bool) {
	if unpack(e.detail, &d) == nil {
		return report.RewordedDevice(d), true
	}
	return report.RewordedDevice(e.columns), false
}

func exportDevices(conn *sqlite.Conn, after, last int64) ([]exported, error) {
	var step []exported
	err := sqlitex.Execute(conn, nextDevices,
		&sqlitex.ExecOptions{Args: []any{after, last, exportStep}, ResultFunc: func(row *sqlite.Stmt) error {
			step = append(step, exportedOf(row))
			return nil
		}})
	return step, err
}

// exportedOf reads a row that has knownColumns, the id of its run, retried and json.
func exportedOf(row *sqlite.Stmt) exported {
	known := knownOf(row)
	return exported{
		row: row.GetInt64("device"),
		run: row.GetText("id"),
		columns: report.Device{
			UDID: known.UDID, Serial: known.Serial, Slot: known.Slot, Location: known.Location, Asset: known.Asset,
			Name: known.Name, ProductType: known.ProductType, ModelName: known.ModelName, TakenAt: known.TakenAt,
			System: known.System, ProductVersion: known.ProductVersion, Verdict: known.Verdict, Headline: row.GetText("headline"),
			Reason: known.Reason, Retried: row.GetText("retried"), LastBackup: known.LastBackup, NoLastBackup: known.NoLastBackup,
			Findings: []report.Finding{}, Plan: []report.Step{}, Backups: []report.Backup{},
		},
		detail: blobOf(row, "json"),
	}
}

const nextDevices = `
	SELECT device, id, ` + knownColumns + `, retried, json
	FROM devices JOIN runs USING (run) LEFT JOIN details USING (device)
	WHERE device > ? AND device <= ? ORDER BY device LIMIT ?`
