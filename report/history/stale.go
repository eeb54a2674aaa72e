package history

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Stale lists the devices whose last good iCloud backup was more than days ago at now, or
// that have none on record; and apart from them those of which it could not be read when they
// were last seen, with what was known before.
func (s *Store) Stale(ctx context.Context, now time.Time, days int) (report.Stale, error) {
	stale := report.Stale{Header: report.NewHeader(report.KindStale), At: now.UTC().Truncate(time.Second), Days: days, Devices: []report.KnownDevice{}}
	limit := now.Add(-time.Duration(days) * 24 * time.Hour)
	err := s.do(ctx, reading, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, newestSeen, &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
			stale.Known++
			if at := timeOf(row, "backup"); !at.IsZero() && !at.Before(limit) {
				return nil
			}
			d, err := staleDevice(conn, row, clockAt(now))
			if err != nil {
				return err
			}
			stale.Devices = append(stale.Devices, d)
			return nil
		}})
	})
	if err != nil {
		return report.Stale{}, err
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

var newestSeen = newestOf(seenRows) + `
	SELECT ` + knownColumns + `, device, key FROM newest JOIN devices USING (device)`

func staleDevice(conn *sqlite.Conn, row *sqlite.Stmt, c clock) (report.KnownDevice, error) {
	d := knownOf(row)
	err := sqlitex.Execute(conn, latestVisit, &sqlitex.ExecOptions{
		Args:       []any{row.GetText("key"), row.GetInt64("device"), c.now + clockSlack},
		ResultFunc: func(row *sqlite.Stmt) error { c.latest = row.ColumnInt64(0); return nil },
	})
	if err != nil {
		return d, err
	}
	d.Doubtful = c.judge(row.GetInt64("taken"))
	if d.Backup != report.BackupUnknown {
		return d, nil
	}
	return d, sqlitex.Execute(conn, earlierBackup, &sqlitex.ExecOptions{
		Args: []any{row.GetText("key")},
		ResultFunc: func(row *sqlite.Stmt) error {
			d.EarlierBackup, d.EarlierAt = timeOf(row, "backup"), timeOf(row, "taken")
			return nil
		},
	})
}

// earlierBackup is the newest that was known of a device's last backup.
const earlierBackup = "SELECT backup, taken FROM devices WHERE seen = 1 AND key = ? AND backup IS NOT NULL ORDER BY device DESC LIMIT 1"

// latestVisit is the latest date of the visits of a device that were written before one.
const latestVisit = "SELECT taken FROM devices WHERE seen = 1 AND key = ? AND device < ? AND taken <= ? ORDER BY taken DESC LIMIT 1"
