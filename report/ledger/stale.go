package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
)

// Stale returns which devices have had no good iCloud backup in the last days, judging by their
// last reading, and for which this is unknown. It omits devices of which only a backup was ever
// seen.
func (s *Store) Stale(ctx context.Context, now time.Time, days int) (report.Stale, error) {
	stale := report.Stale{Header: report.NewHeader(report.KindStale), At: now.UTC().Truncate(time.Second), Days: days, Devices: []report.KnownDevice{}}
	limit := now.Add(-time.Duration(days) * 24 * time.Hour)
	err := s.read(ctx, func(tx transaction) error {
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM devices WHERE seen = 1").Scan(&stale.Known); err != nil {
			return err
		}
		var numbers []int64
		err := each(ctx, tx, staleDevices, []any{seconds(limit), backupUnknown}, func(rows *sql.Rows) error {
			number, d, _, err := scanDevice(rows)
			numbers, stale.Devices = append(numbers, number), append(stale.Devices, d.KnownDevice)
			return err
		})
		for i := range stale.Devices {
			if err == nil {
				err = s.addDoubt(ctx, tx, numbers[i], clockAt(now), &stale.Devices[i])
			}
		}
		return err
	})
	if err != nil {
		return report.Stale{}, fmt.Errorf("listing devices without a recent backup: %w", err)
	}
	for _, d := range stale.Devices {
		if d.Backup == report.BackupUnknown {
			stale.Unknown++
		} else {
			stale.Stale++
		}
	}
	order := []report.BackupState{report.BackupNever, report.BackupKnown, report.BackupUnknown}
	slices.SortStableFunc(stale.Devices, func(a, b report.KnownDevice) int {
		return cmp.Or(
			slices.Index(order, a.Backup)-slices.Index(order, b.Backup),
			a.LastBackup.Compare(b.LastBackup),
			a.TakenAt.Compare(b.TakenAt),
		)
	})
	return stale, nil
}

const staleDevices = "SELECT " + devicesColumns + " FROM devices WHERE seen = 1 AND (backup < $1 OR backup = $2) ORDER BY backup, device"

// addDoubt records why the date of a device's newest visit is in doubt: on a bench, where visits
// are in the order of writing, a date earlier than a previous one.
func (s *Store) addDoubt(ctx context.Context, tx transaction, number int64, c clock, d *report.KnownDevice) error {
	if s.turn == nil {
		return nil
	}
	err := tx.QueryRowContext(ctx, latestVisit, number, c.now+clockSlack).Scan(&c.latest)
	d.Doubtful = c.judge(d.TakenAt.Unix())
	return err
}

// latestVisit selects the latest date among a device's visits written before its newest.
const latestVisit = `
	SELECT coalesce(max(taken), 0) FROM visits
	WHERE device = $1 AND place < (SELECT place FROM devices WHERE device = $1) AND taken <= $2`
