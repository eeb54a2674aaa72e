package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
)

// Stale returns which devices have had no good iCloud backup in the last days, judging by their
// last reading, and for which this is unknown. It omits devices of which only a backup was ever
// seen.
func (s *Store) Stale(ctx context.Context, now time.Time, days int) (report.Stale, error) {
	stale := report.Stale{Header: report.NewHeader(report.KindStale), At: now.UTC().Truncate(time.Second), Days: days}
	var found []*report.KnownDevice // pointers, since they are large, and sorted below
	limit := now.Add(-time.Duration(days) * 24 * time.Hour)
	err := s.read(ctx, func(tx transaction) error {
		if err := tx.QueryRowContext(ctx, seenDevices).Scan(&stale.Known); err != nil {
			return err
		}
		var row deviceState
		c := clockAt(now)
		targets := append(row.knownTargets(), &c.latest)
		for _, q := range staleQueries(now, limit, s.turn != nil) {
			if err := eachJoined(ctx, tx, q, targets, func() {
				d := row.known()
				if d.LastBackup.After(now.Add(checks.ClockTolerance)) {
					d.Backup, d.LastBackup, d.NoLastBackup = report.BackupUnknown, time.Time{}, string(device.Implausible)
				}
				if s.turn != nil {
					d.Doubtful = c.judge(row.newest.taken)
				}
				found = append(found, &d)
			}); err != nil {
				return err
			}
		}
		return nil
	})
	order := []report.BackupState{report.BackupNever, report.BackupKnown, report.BackupUnknown}
	slices.SortFunc(found, func(a, b *report.KnownDevice) int {
		return cmp.Or(
			slices.Index(order, a.Backup)-slices.Index(order, b.Backup),
			a.LastBackup.Compare(b.LastBackup),
			a.TakenAt.Compare(b.TakenAt),
			cmp.Compare(a.UDID, b.UDID),
		)
	})
	stale.Devices = make([]report.KnownDevice, 0, len(found))
	for _, d := range found {
		stale.Devices = append(stale.Devices, *d)
		if d.Backup == report.BackupUnknown {
			stale.Unknown++
		} else {
			stale.Stale++
		}
	}
	return stale, during("listing devices without a recent backup", err)
}

// staleQueries select the devices whose last backup is older than the limit, and those of which it
// is unknown or dated in the future, in any order, so that a server sends them while it still finds others. The last column
// is the latest date among the visits that were written before the newest, or 0 where visits are not
// in the order of writing: only on a bench they are.
func staleQueries(now, limit time.Time, inOrder bool) []joinedQuery {
	columns := knownColumns + ", 0"
	if inOrder {
		columns = knownColumns + ", " + fmt.Sprintf(latestEarlierVisit, now.Unix()+clockSlack)
	}
	return []joinedQuery{{columns, "<", seconds(limit)}, {columns, ">", seconds(now.Add(checks.ClockTolerance))}}
}

// seenDevices counts the devices that were ever read.
const seenDevices = "SELECT CAST(coalesce(sum(devices), 0) AS BIGINT) FROM counts WHERE site = '' AND kind = 'verdict'"

// latestEarlierVisit ignores dates in the future.
const latestEarlierVisit = `(
	SELECT coalesce(max(taken), 0) FROM visits
	WHERE visits.device = devices.device AND visits.place < devices.place AND visits.taken <= %d)`

// Seen returns the devices that were ever read, each by [device.UDIDKey] and by its serial number in
// lower case.
func (s *Store) Seen(ctx context.Context) (map[string]bool, error) {
	seen := map[string]bool{}
	err := s.each(ctx, "SELECT udid, serial FROM devices WHERE seen = 1", nil, func(rows *sql.Rows) error {
		var udid, serial string
		err := rows.Scan(&udid, &serial)
		seen[device.UDIDKey(udid)], seen[strings.ToLower(serial)] = true, true
		return err
	})
	delete(seen, "")
	return seen, during("listing the devices that were read", err)
}
