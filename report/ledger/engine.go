package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// An engine holds the differences between the databases. All other SQL works in both.
type engine struct {
	words    *strings.Replacer  // replaced in migrations
	turn     string             // statement with which a writer locks out other writers; "" if starting the transaction does
	ready    string             // statement that updates the statistics; "" if the database does so by itself
	verify   string             // query that checks the whole file and returns "ok"; "" if the database does so by itself
	name     string             // name of the database for messages
	old      string             // query that counts tables of a format no longer read
	numbered bool               // supports numbered parameters only
	snapshot sql.IsolationLevel // at which a transaction sees a snapshot
}

var sqliteEngine = engine{
	name: "SQLite",
	words: strings.NewReplacer(
		"{int}", "INTEGER", "{key}", "INTEGER PRIMARY KEY", "{text}", "TEXT", "{blob}", "BLOB",
		"{rows}", "STRICT", "{clustered}", "STRICT, WITHOUT ROWID",
	),
	ready:  "PRAGMA optimize = 0x10012",
	verify: "PRAGMA integrity_check(1)",
	old:    "SELECT count(*) FROM sqlite_schema WHERE name = 'fleet_version'",
}

var postgresEngine = engine{
	name:     "PostgreSQL",
	numbered: true,
	snapshot: sql.LevelRepeatableRead,
	words: strings.NewReplacer(
		"{int}", "BIGINT", "{key}", "BIGINT PRIMARY KEY", "{text}", `TEXT COLLATE "C"`, "{blob}", "BYTEA",
		"{rows}", "", "{clustered}", "",
	),
	old:  "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'fleet_version'",
	turn: "SELECT pg_advisory_xact_lock(7090180243121071971)", // "bdfleet" in ASCII, to avoid clashes with other programs
}

// maxConns is how many queries a database runs at once. PostgreSQL servers limit their connections,
// and every SQLite connection has its own cache.
const maxConns = 8

// connectPostgres is nil in a program built without PostgreSQL.
var connectPostgres func(address string, toRead bool) (*sql.DB, error)

// Register adds PostgreSQL to the databases supported by [Open]; connect comes from package
// postgres. It must be called before a database is opened.
func Register(connect func(address string, toRead bool) (*sql.DB, error)) { connectPostgres = connect }

// connect returns a handle for the database at an address: sqlite:FILE or postgres://… Errors never
// contain a password. With toRead, the database is neither created nor changed.
func connect(ctx context.Context, address string, toRead bool) (*sql.DB, engine, error) {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok && path != "" {
		db, err := connectSQLite(ctx, path, toRead)
		return db, sqliteEngine, err
	}
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		if connectPostgres == nil {
			return nil, engine{}, errors.New("this program was built without PostgreSQL")
		}
		db, err := connectPostgres(address, toRead)
		return db, postgresEngine, err
	}
	return nil, engine{}, errors.New("the address of a database is sqlite:FILE or postgres://…")
}

// A transaction is a step that is applied completely or not at all.
type transaction struct {
	querier
	engine engine
}

// A querier is a *[sql.Tx], or a *[sql.Conn] within a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// write runs a writing step in a transaction, after all other writers.
func (s *Store) write(ctx context.Context, step func(transaction) error) error {
	if s.turn != nil {
		return s.do(ctx, stepTimeout, writing, step)
	}
	return s.transact(ctx, nil, func(tx transaction) error {
		if s.engine.turn != "" {
			if _, err := tx.ExecContext(ctx, s.engine.turn); err != nil {
				return err
			}
		}
		return step(tx)
	})
}

// ready updates the query planner's statistics if the database does not do so by itself. If that does
// not end in time, as for a large file on a slow disk, queries are slower, which is no error.
func (s *Store) ready(ctx context.Context, timeout time.Duration) error {
	if s.engine.ready == "" {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	_, err := s.db.ExecContext(within, s.engine.ready)
	if ctx.Err() == nil && within.Err() != nil {
		return nil
	}
	return err
}

// read runs a step on a snapshot of the database.
func (s *Store) read(ctx context.Context, step func(transaction) error) error {
	if s.turn != nil {
		return s.do(ctx, stepTimeout, reading, step)
	}
	return s.transact(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.engine.snapshot}, step)
}

func (s *Store) transact(ctx context.Context, options *sql.TxOptions, step func(transaction) error) error {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	tx, err := s.db.BeginTx(ctx, options)
	if err != nil {
		return s.failed(ctx, err)
	}
	if err := step(transaction{tx, s.engine}); err != nil {
		tx.Rollback() // the cause is already known
		return s.failed(ctx, err)
	}
	return s.failed(ctx, tx.Commit())
}

// failed replaces SQLite error codes with messages.
func (s *Store) failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if isBroken(err) {
		s.damaged.Store(true)
	}
	return fmt.Errorf("%s: %w", s.engine.name, s.kind.inWords(ctx, err))
}
