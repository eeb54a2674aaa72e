package history

import (
	"context"

	"github.com/backupdoctor/backupdoctor/device"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// NewestVersion is the highest version of iOS or iPadOS that one of the last devices ran; "" if
// none is known.
func (s *Store) NewestVersion(ctx context.Context) (string, error) {
	var newest device.Version
	err := s.do(ctx, reading, func(conn *sqlite.Conn) error {
		return sqlitex.Execute(conn, "SELECT DISTINCT version FROM (SELECT version FROM devices WHERE system IN ('iOS', 'iPadOS') AND reason <> ? ORDER BY device DESC LIMIT 5000)", &sqlitex.ExecOptions{
			Args: []any{string(device.OtherClass)},
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
