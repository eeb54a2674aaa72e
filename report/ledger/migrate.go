package ledger

import (
	"context"
	"fmt"
)

// migrations each make the next version of the tables, in the words of no engine. One is
// never changed once it was released.
var migrations = []string{migration1, migration2}

// migrate brings the tables to the newest version. It is called by a writer whose turn it
// is, so that of several hubs which start at once one does it and the others find it done.
func migrate(ctx context.Context, tx transaction, e engine) error {
	if _, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS fleet_version (version INTEGER NOT NULL)"); err != nil {
		return err
	}
	var version int
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM fleet_version").Scan(&version); err != nil {
		return err
	}
	if version > len(migrations) {
		return fmt.Errorf("%w: its tables have the version %d, and this program knows %d", ErrNewer, version, len(migrations))
	}
	for ; version < len(migrations); version++ {
		if _, err := tx.ExecContext(ctx, e.words.Replace(migrations[version])); err != nil {
			return fmt.Errorf("making version %d of the tables: %w", version+1, err)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO fleet_version (version) VALUES ($1)", version+1); err != nil {
			return err
		}
	}
	return nil
}

// checkVersion reports whether the tables are of this version.
func checkVersion(ctx context.Context, tx transaction) error {
	var version int
	err := tx.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM fleet_version").Scan(&version)
	switch {
	case err != nil:
		return err
	case version > len(migrations):
		return fmt.Errorf("%w: its tables have the version %d, and this program knows %d", ErrNewer, version, len(migrations))
	case version < len(migrations):
		return ErrOlder
	}
	return nil
}
