package history

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitemigration"
	"zombiezen.com/go/sqlite/sqlitex"
)

// schema is how the tables came to be: each migration makes the next version of them, and is
// never changed once it was released.
var schema = sqlitemigration.Schema{
	AppID:      0x62646f63, // "bdoc"
	Migrations: []string{migration1, migration2, migration3, migration4},
}

// versionOf is the number of the schema in a file, 0 for one that was never finished.
func versionOf(conn *sqlite.Conn) (int, error) {
	var application, version, objects int
	err := sqlitex.ExecuteTransient(conn, "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id, pragma_user_version", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error {
			application, version, objects = row.ColumnInt(0), row.ColumnInt(1), row.ColumnInt(2)
			return nil
		},
	})
	switch {
	case err != nil:
		return 0, err
	case application != int(schema.AppID) && objects > 0:
		return 0, fmt.Errorf("the file is not a history %w", ErrForeign)
	case version < 0, version == 0 && objects > 0:
		return 0, fmt.Errorf("%w: its schema has no number", errBroken)
	case version > len(schema.Migrations):
		return 0, fmt.Errorf("%w: its schema has the number %d, and this one knows %d", ErrNewer, version, len(schema.Migrations))
	}
	return version, nil
}

// upgrade brings the tables from a version to the newest, and then turns the log on. Where
// there is nothing to do it writes nothing: a history can be read while the disk is full.
func upgrade(ctx context.Context, conn *sqlite.Conn, version int) error {
	if version < len(schema.Migrations) {
		if err := sqlitemigration.Migrate(ctx, conn, schema); err != nil {
			return err
		}
	}
	return sqlitex.ExecuteTransient(conn, "PRAGMA journal_mode=WAL", nil)
}

// tablesOf are the tables of each version.
var tablesOf = []string{"", "details devices findings runs", "details devices findings outbox runs", "details devices findings outbox runs", "details devices findings ledgers messages missing runs"}

// checkTables reports whether the tables of a version are there, as tables and not as views
// that compute for ever, none of a later one, and whether their ends can be read.
func checkTables(conn *sqlite.Conn, version int) error {
	var found string
	err := sqlitex.ExecuteTransient(conn, "SELECT coalesce(group_concat(iif(type = 'table', name, type), ' ' ORDER BY name), '') FROM pragma_table_list WHERE schema = 'main' AND name IN ('runs', 'devices', 'findings', 'details', 'outbox', 'ledgers', 'messages', 'missing')", &sqlitex.ExecOptions{
		ResultFunc: func(row *sqlite.Stmt) error {
			found = row.ColumnText(0)
			return nil
		},
	})
	if err != nil {
		return err
	}
	if found != tablesOf[version] {
		return fmt.Errorf("%w: its tables are not those of schema %d", errBroken, version)
	}
	if version == 0 {
		return nil
	}
	return checkEnds(conn)
}

// checkEnds reads the ends of the tables.
func checkEnds(conn *sqlite.Conn) error {
	return sqlitex.ExecuteTransient(conn, "SELECT max(run), (SELECT max(device) FROM devices), (SELECT max(device) FROM findings), (SELECT max(device) FROM details) FROM runs", nil)
}
