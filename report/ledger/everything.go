package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
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
		err := s.read(ctx, func(tx transaction) (err error) {
			step, err = exportVisits(ctx, tx, after, last)
			return err
		})
		if err != nil {
			return damaged, fmt.Errorf("reading devices: %w", err)
		}
		for _, e := range step {
			after = e.number
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

// exportRuns hands over the runs, and returns the last visit that belongs to them.
func (s *Store) exportRuns(ctx context.Context, run func(report.PastRun) error) (last int64, err error) {
	var runs []report.PastRun
	err = s.read(ctx, func(tx transaction) (err error) {
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(visit), 0) FROM visits").Scan(&last); err != nil {
			return err
		}
		runs, err = s.pastRuns(ctx, tx, query{text: "SELECT " + runColumns + " FROM runs ORDER BY run"})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("reading runs: %w", err)
	}
	for _, past := range runs {
		if err := run(past); err != nil {
			return 0, err
		}
	}
	return last, nil
}

// exported is one visit, and its report as it was packed.
type exported struct {
	visit
	run    string // id
	packed []byte // nil if there is none
}

// device is what was reported, or else what the columns tell, and whether it is whole.
func (e *exported) device() (d report.Device, whole bool) {
	if d, whole = deviceIn(e.packed, e.key); !whole {
		d = e.summary()
	}
	return report.RewordedDevice(d), whole
}

// summary is what the columns of a visit tell of the device.
func (v *visit) summary() report.Device {
	return report.Device{
		UDID: v.udid, Serial: v.serial, Slot: v.slot, Location: v.location, Asset: readAsset(v.asset),
		Name: v.name, ProductType: v.product, ModelName: v.model, TakenAt: moment(v.taken), System: v.system, ProductVersion: v.version,
		Verdict: v.verdict, Headline: v.headline, Reason: v.reason, Retried: v.retried, LastBackup: backupTime(v.backup), NoLastBackup: v.noBackup,
		Findings: []report.Finding{}, Plan: []report.Step{}, Backups: []report.Backup{},
	}
}

// backupTime is when a backup ended, zero unless that is known.
func backupTime(backup int64) (at time.Time) {
	if backupState(backup) == BackupKnown {
		at = timeOf(backup)
	}
	return at
}

// deviceIn reads a device in the report of its visit, whole as it was.
func deviceIn(packed []byte, key string) (report.Device, bool) {
	r, ok := reportIn(packed)
	if !ok {
		return report.Device{}, false
	}
	for _, d := range r.Devices {
		if keyOf(d) == key {
			return d, true
		}
	}
	return report.Device{}, false
}

// reportIn reads a report as it was packed.
func reportIn(packed []byte) (r report.Report, ok bool) {
	document, err := unpack(packed)
	return r, err == nil && json.Unmarshal(document, &r) == nil
}

// keyOf is what tells a device from others: its UDID, or else the folder of the backup that is
// all there is of it.
func keyOf(d report.Device) string {
	if d.UDID == "" && len(d.Backups) > 0 {
		return text(d.Backups[0].Folder, maxSentence)
	}
	return device.UDIDKey(text(d.UDID, maxName))
}

func exportVisits(ctx context.Context, tx transaction, after, last int64) ([]exported, error) {
	var step []exported
	err := each(ctx, tx, nextVisits, []any{after, last, exportStep}, func(rows *sql.Rows) error {
		e, err := scanExported(rows)
		step = append(step, e)
		return err
	})
	return step, err
}

func scanExported(rows *sql.Rows) (e exported, err error) {
	err = rows.Scan(append([]any{&e.number, &e.run, &e.key, &e.packed}, e.targets()...)...)
	return e, err
}

const (
	exportedVisits = `
	SELECT visit, (SELECT run FROM reports WHERE reports.report = visits.report), (SELECT key FROM devices WHERE devices.device = visits.device),
		(SELECT json FROM details WHERE details.report = visits.report), ` + visitColumns + " FROM visits"
	nextVisits = exportedVisits + " WHERE visit > $1 AND visit <= $2 ORDER BY visit LIMIT $3"
)
