package ledger

import (
	"bytes"
	"context"
	"database/sql"

	"github.com/backupdoctor/backupdoctor/device"
)

// newestOfDevice returns the newest reports of a device.
const newestOfDevice = `
	SELECT details.json FROM visits JOIN details ON details.report = visits.report
	WHERE visits.device = (SELECT device FROM devices WHERE key = $1) ORDER BY visits.place DESC, visits.visit DESC LIMIT $2`

// maxSizedVisits limits the visits that BackupSize reads: a size that is older than so many is not
// worth the time.
const maxSizedVisits = 20

// BackupSize returns the size of a full backup that a device last gave to backup --plan. ok is false
// if it gave none in its newest visits.
func (s *Store) BackupSize(ctx context.Context, udid string) (size device.SizedBackup, ok bool, err error) {
	key := device.UDIDKey(udid)
	err = s.each(ctx, newestOfDevice, []any{key, maxSizedVisits}, func(rows *sql.Rows) error {
		var packed []byte
		if err := rows.Scan(&packed); err != nil || ok {
			return err
		}
		document, _ := unpack(packed) // an unreadable report has no size
		if !bytes.Contains(document, []byte(`"requiredBytes"`)) {
			return nil // decoding takes most of the time, and few reports have one
		}
		d, found := deviceIn(packed, key)
		if !found || d.Copy == nil || d.Copy.Verdict != string(device.CopyMeasured) || d.Copy.RequiredBytes == nil {
			return nil
		}
		size, ok = device.SizedBackup{Bytes: *d.Copy.RequiredBytes, At: d.TakenAt}, true
		return nil
	})
	return size, ok, during("reading the size of a backup", err)
}
