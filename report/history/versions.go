package history

import (
	"context"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// newestReleases relies on the check beta-software, which every scan asks unless it is skipped.
const newestReleases = `SELECT DISTINCT version FROM (
	SELECT version FROM devices WHERE system IN ('iOS', 'iPadOS') AND reason <> ?
		AND EXISTS (SELECT 1 FROM findings WHERE findings.device = devices.device AND check_id = 'beta-software' AND status = ?)
	ORDER BY device DESC LIMIT 5000)`

// NewestVersion is the highest release of iOS or iPadOS that one of the last devices ran; "" if
// none is known. Only devices that were read to run a release count: a beta is none, and of a
// device that was not asked it is unknown.
func (s *Store) NewestVersion(ctx context.Context) (string, error) {
	var newest device.Version
	err := s.do(ctx, reading, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, newestReleases, &sqlitex.ExecOptions{
			Args: []any{string(device.OtherClass), string(checks.OK)},
			ResultFunc: func(stmt *sqlite.Stmt) error {
				if v, err := device.ParseVersion(stmt.ColumnText(0)); err == nil && v.Compare(newest) > 0 {
					newest = v
				}
				return nil
			},
		})
	})
	if err != nil || newest == (device.Version{}) {
		return "", err
	}
	return newest.String(), nil
}
