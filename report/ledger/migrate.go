package ledger

import (
	"context"
	"fmt"
)

// migrations upgrade the tables, one version each, in SQL that is independent of the engine. A
// released migration never changes.
var migrations = []string{migration1, migration2, migration3, migration4, migration5, migration6}

// migrate upgrades the tables to the newest version. The caller holds the write lock, so of several
// hubs that start at once one migrates and the others have nothing to do.
func (k kind) migrate(ctx context.Context, tx transaction, e engine) error {
	if _, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS ledger_version (version INTEGER NOT NULL)"); err != nil {
		return err
	}
	var version, old int
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM ledger_version").Scan(&version); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, e.old).Scan(&old); err != nil {
		return err
	}
	if old > 0 {
		return fmt.Errorf("the %s is in a format from before the first version of backupdoctor: name another", k.Noun)
	}
	if version > len(migrations) {
		return k.newer(version)
	}
	for ; version < len(migrations); version++ {
		if _, err := tx.ExecContext(ctx, e.words.Replace(migrations[version])); err != nil {
			return fmt.Errorf("making version %d of the tables: %w", version+1, err)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO ledger_version (version) VALUES ($1)", version+1); err != nil {
			return err
		}
	}
	return nil
}

// checkVersion returns an error unless the tables have this version.
func (k kind) checkVersion(ctx context.Context, tx transaction) error {
	var version int
	err := tx.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM ledger_version").Scan(&version)
	switch {
	case err != nil:
		return err
	case version > len(migrations):
		return k.newer(version)
	case version < len(migrations):
		return k.is(ErrOlder)
	}
	return nil
}

func (k kind) newer(version int) error {
	return fmt.Errorf("%w: its tables have the version %d, and this one knows %d", k.is(ErrNewer), version, len(migrations))
}
