package ledger

import (
	"context"
	"database/sql"

	"github.com/backupdoctor/backupdoctor/checks"
	"github.com/backupdoctor/backupdoctor/device"
)

// newestReleases relies on the check beta-software, which every scan runs unless it is skipped.
const newestReleases = `
	SELECT DISTINCT version FROM (SELECT visit, version, system, reason FROM visits ORDER BY visit DESC LIMIT 5000) AS newest
	WHERE system IN ('iOS', 'iPadOS') AND reason <> $1
		AND EXISTS (SELECT 1 FROM findings WHERE findings.visit = newest.visit AND status = $2
			AND check_number = (SELECT check_number FROM checks WHERE name = 'beta-software'))`

// NewestVersion returns the highest release of iOS or iPadOS among the devices seen last, or "" if
// unknown. Only devices known to run a release count, not those on a beta or where that was not
// read.
func (s *Store) NewestVersion(ctx context.Context) (string, error) {
	var newest device.Version
	err := s.each(ctx, newestReleases, []any{string(device.OtherClass), string(checks.OK)}, func(rows *sql.Rows) error {
		var version string
		if err := rows.Scan(&version); err != nil {
			return err
		}
		if v, err := device.ParseVersion(version); err == nil && v.Compare(newest) > 0 {
			newest = v
		}
		return nil
	})
	if err != nil || newest == (device.Version{}) {
		return "", during("looking for the newest version", err)
	}
	return newest.String(), nil
}
