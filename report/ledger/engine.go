package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// An engine is what differs between the databases. All else is SQL that both understand.
type engine struct {
	words    *strings.Replacer // of a migration
	turn     string            // what a writer does first, so that only one writes; "" if beginning does it
	ready    string            // what is done to have statistics; "" if the database does it by itself
	verify   string            // what reads all of it and answers "ok"; "" if the database does it by itself
	name     string            // of the database in words
	old      string            // counts tables of a form that is not read any more
	numbered bool              // it knows no parameters but numbered ones
}

var sqliteEngine = engine{
	name: "SQLite",
	words: strings.NewReplacer(
		"{int}", "INTEGER", "{key}", "INTEGER PRIMARY KEY", "{text}", "TEXT", "{blob}", "BLOB",
		"{rows}", "STRICT", "{clustered}", "STRICT, WITHOUT ROWID",
	),
	ready:  "PRAGMA optimize = 0x10002",
	verify: "PRAGMA quick_check(1)",
	old:    "SELECT count(*) FROM sqlite_schema WHERE name = 'fleet_version'",
}

var postgresEngine = engine{
	name:     "PostgreSQL",
	numbered: true,
	words: strings.NewReplacer(
		"{int}", "BIGINT", "{key}", "BIGINT PRIMARY KEY", "{text}", `TEXT COLLATE "C"`, "{blob}", "BYTEA",
		"{rows}", "", "{clustered}", "",
	),
	old:  "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'fleet_version'",
	turn: "SELECT pg_advisory_xact_lock(7090180243121071971)", // "bdfleet" in ASCII, so that no other program means the same
}

// maxConns is how many questions a database answers at once. A server of PostgreSQL has so many
// connections and no more, and each of SQLite has a cache of its own.
const maxConns = 8

// connectPostgres is nil in a program without PostgreSQL.
var connectPostgres func(address string, toRead bool) (*sql.DB, error)

// Register adds PostgreSQL to the databases that [Open] knows: connect is that of package
// postgres. It is called before anything is opened.
func Register(connect func(address string, toRead bool) (*sql.DB, error)) { connectPostgres = connect }

// connect makes the handle of the database at an address: sqlite:FILE or postgres://…
// Errors hold no password. One that is only read is neither made nor changed.
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

// A transaction is a step that happens as a whole or not at all.
type transaction struct {
	*sql.Tx
	engine engine
}

// write runs a step that writes, as a whole or not at all, after all others that write.
func (s *Store) write(ctx context.Context, step func(transaction) error) error {
	if s.turn != nil {
		return s.do(ctx, patience, writing, step)
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

// ready gathers the statistics by which queries are planned, where the database does not do it
// by itself.
func (s *Store) ready(ctx context.Context) error {
	if s.engine.ready == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := s.db.ExecContext(ctx, s.engine.ready)
	return err
}

// read runs a step that sees the database as it is at one moment.
func (s *Store) read(ctx context.Context, step func(transaction) error) error {
	if s.turn != nil {
		return s.do(ctx, patience, reading, step)
	}
	return s.transact(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.engine.isolation()}, step)
}

// isolation is the one in which a transaction sees one state, which in SQLite all do.
func (e engine) isolation() sql.IsolationLevel {
	if e.turn == "" {
		return sql.LevelDefault
	}
	return sql.LevelRepeatableRead
}

func (s *Store) transact(ctx context.Context, options *sql.TxOptions, step func(transaction) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.failed(ctx, s.engine.transact(ctx, s.db, options, step))
}

// A beginner is a handle of a database, or one connection to it.
type beginner interface {
	BeginTx(context.Context, *sql.TxOptions) (*sql.Tx, error)
}

func (e engine) transact(ctx context.Context, on beginner, options *sql.TxOptions, step func(transaction) error) error {
	tx, err := on.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	if err := step(transaction{tx, e}); err != nil {
		tx.Rollback() // what went wrong is known already
		return err
	}
	return tx.Commit()
}

// failed says what happened, in place of a code of SQLite.
func (s *Store) failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", s.engine.name, s.kind.inWords(ctx, err))
}
