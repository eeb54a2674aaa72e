package history

import (
	"encoding/json"
	"time"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/report"
	"zombiezen.com/go/sqlite"
)

// newestOf finds the row of each device that was written last, of all rows that satisfy a
// condition: the order of writing does not depend on a clock. It
// goes from key to key by the index, so that it takes as long as there are devices, however
// often each was there.
func newestOf(condition string) string {
	return `
	WITH RECURSIVE keys (key) AS (
		SELECT min(key) FROM devices WHERE ` + condition + `
		UNION ALL
		SELECT (SELECT min(key) FROM devices WHERE ` + condition + ` AND key > keys.key) FROM keys WHERE key IS NOT NULL
	), newest (device) AS (
		SELECT (SELECT device FROM devices WHERE ` + condition + ` AND key = keys.key ORDER BY device DESC LIMIT 1)
		FROM keys WHERE key IS NOT NULL
	)`
}

// Which rows: those of visits, and all, with those of backups and of devices that were asked
// for and not there.
const (
	seenRows = "seen = 1"
	allRows  = "TRUE"
)

// knownColumns are what knownOf reads.
const knownColumns = "udid, serial, slot, location, asset, name, product, model, system, version, taken, verdict, headline, reason, backup, no_backup"

func knownOf(row *sqlite.Stmt) report.KnownDevice {
	d := report.KnownDevice{
		UDID:           row.GetText("udid"),
		Serial:         row.GetText("serial"),
		Slot:           row.GetText("slot"),
		Location:       row.GetText("location"),
		Asset:          assetOf(row),
		Name:           row.GetText("name"),
		ProductType:    row.GetText("product"),
		ModelName:      row.GetText("model"),
		System:         row.GetText("system"),
		ProductVersion: row.GetText("version"),
		TakenAt:        timeOf(row, "taken"),
		Verdict:        row.GetText("verdict"),
		Headline:       device.Quoted(row.GetText("headline")),
		Reason:         row.GetText("reason"),
	}
	d.Backup, d.LastBackup, d.NoLastBackup = backupOf(row)
	return d
}

// backupOf is what is known of the last good iCloud backup.
func backupOf(row *sqlite.Stmt) (state report.BackupState, at time.Time, why string) {
	at, why = timeOf(row, "backup"), row.GetText("no_backup")
	switch {
	case !at.IsZero():
		return report.BackupKnown, at, why
	case why == string(device.Absent):
		return report.BackupNever, at, why
	default:
		return report.BackupUnknown, at, why
	}
}

// assetOf is the device's row of the inventory. One that cannot be read is none.
func assetOf(row *sqlite.Stmt) []report.Field {
	var asset []report.Field
	if err := json.Unmarshal([]byte(row.GetText("asset")), &asset); err != nil {
		return nil
	}
	return asset
}

// lastSecond is the last one that RFC 3339 can write.
var lastSecond = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()

// timeOf is a time; the zero time where there is none, or one that cannot be written.
func timeOf(row *sqlite.Stmt, column string) time.Time {
	i := row.ColumnIndex(column)
	seconds := row.ColumnInt64(i)
	if row.ColumnIsNull(i) || seconds < 0 || seconds > lastSecond {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
