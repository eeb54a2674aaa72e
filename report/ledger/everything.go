package ledger

import (
	"context"
	"encoding/json"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// exportStep is how many devices are read at a time: the receiver may be slow, and no lock is held
// while it works.
const exportStep = 50

// Export passes all runs, oldest first, to run, and then all reported devices, in the order in
// which they were added, to visit. A device whose report can no longer be read is built from the
// columns; damaged counts those.
func (s *Store) Export(ctx context.Context, run func(report.PastRun) error, visit func(runID string, d report.Device) error) (damaged int, err error) {
	last, err := s.exportRuns(ctx, run)
	if err != nil {
		return 0, err
	}
	for after := int64(0); ; {
		var step []exported
		err := s.read(ctx, func(tx transaction) (err error) {
			step, err = collect(ctx, tx, nextVisits, []any{after, last, exportStep}, (*exported).columns)
			return err
		})
		if err != nil {
			return damaged, during("reading devices", err)
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

// exportRuns passes on the runs, and returns the last visit that belongs to them.
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
		return 0, during("reading runs", err)
	}
	for _, past := range runs {
		if err := run(past); err != nil {
			return 0, err
		}
	}
	return last, nil
}

// exported is one visit with its packed report.
type exported struct {
	visit
	run    string // run ID
	packed []byte // nil if missing
}

// columns returns where to scan the columns of exportedVisits.
func (e *exported) columns() []any {
	return append([]any{&e.number, &e.run, &e.key, &e.packed}, e.targets()...)
}

// device returns the reported device, or one built from the columns, and whether it is complete.
func (e *exported) device() (d report.Device, whole bool) {
	if d, whole = deviceIn(e.packed, e.key); !whole {
		d = e.summary()
	}
	return report.RewordedDevice(d), whole
}

// summary builds a device from the columns of a visit.
func (v *visit) summary() report.Device {
	return report.Device{
		UDID: v.udid, Serial: v.serial, Slot: v.slot, Location: v.location, Asset: readAsset(v.asset),
		Name: v.name, ProductType: v.product, ModelName: v.model, TakenAt: moment(v.taken), System: v.system, ProductVersion: v.version,
		Verdict: v.verdict, Headline: v.headline, Reason: v.reason, Retried: v.retried, LastBackup: backupTime(v.backup), NoLastBackup: v.noBackup,
		Findings: []report.Finding{}, Plan: []report.Step{}, Backups: []report.Backup{},
	}
}

// backupTime returns when a backup ended, or zero if that is unknown.
func backupTime(backup int64) (at time.Time) {
	if backupState(backup) == BackupKnown {
		at = timeOf(backup)
	}
	return at
}

// deviceIn returns the device with the given key from a packed report, as it was reported.
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

// reportIn unpacks a report.
func reportIn(packed []byte) (r report.Report, ok bool) {
	document, err := unpack(packed)
	return r, err == nil && json.Unmarshal(document, &r) == nil
}

// keyOf returns the key that identifies a device: its UDID, or the backup folder if only a backup
// was read.
func keyOf(d report.Device) string {
	if d.UDID == "" && len(d.Backups) > 0 {
		return text(d.Backups[0].Folder, maxSentence)
	}
	return device.UDIDKey(text(d.UDID, maxName))
}

const (
	exportedVisits = `
	SELECT visit, (SELECT run FROM reports WHERE reports.report = visits.report), (SELECT key FROM devices WHERE devices.device = visits.device),
		(SELECT json FROM details WHERE details.report = visits.report), ` + visitColumns + " FROM visits"
	nextVisits = exportedVisits + " WHERE visit > $1 AND visit <= $2 ORDER BY visit LIMIT $3"
)
