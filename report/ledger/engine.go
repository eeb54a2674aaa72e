package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"modernc.org/sqlite" // and its driver, "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// An engine is what differs between the databases. All else is SQL that both understand.
type engine struct {
	words    *strings.Replacer // of a migration
	turn     string            // what a writer does first, so that only one writes; "" if beginning does it
	ready    string            // what is done to have statistics; "" if the database does it by itself
	verify   string            // what reads all of it and answers "ok"; "" if the database does it by itself
	name     string            // of the database in words
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
}

var postgresEngine = engine{
	name:     "PostgreSQL",
	numbered: true,
	words: strings.NewReplacer(
		"{int}", "BIGINT", "{key}", "BIGINT PRIMARY KEY", "{text}", `TEXT COLLATE "C"`, "{blob}", "BYTEA",
		"{rows}", "", "{clustered}", "",
	),
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

// kind is what a SQLite file of a hub is known by.
var kind = file.Kind{Noun: "database", AppID: 0x6264666c} // "bdfl"

// safe are the settings of every connection to a file, which a stranger may have written.
var safe = []string{"trusted_schema(OFF)", "cell_size_check(ON)", "cache_size(-65536)"}

// connectSQLite opens a file, or makes it for this user alone. A file of anybody else's is
// ErrForeign, and stays as it is.
func connectSQLite(ctx context.Context, path string, toRead bool) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	what, err := kind.Identify(path)
	if err != nil {
		return nil, err
	}
	if toRead {
		if what != file.Ours {
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		return connectToRead(ctx, path)
	}
	if what != file.Ours {
		if err := begin(ctx, path); err != nil {
			return nil, err
		}
	}
	db, err := sql.Open("sqlite", withSettings(path, url.Values{
		"_txlock":       {"immediate"},
		"_busy_timeout": {"30000"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_pragma":       safe,
	}))
	if err != nil {
		return nil, err
	}
	if err := patiently(ctx, func() error { return db.PingContext(ctx) }); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// busyFor is how long another program may keep a file locked.
const busyFor = 30 * time.Second

// patiently tries a step again while the file is locked. SQLite does not wait by itself where two
// programs begin one file, and where both switch it to a write-ahead log.
func patiently(ctx context.Context, step func() error) error {
	for deadline := time.Now().Add(busyFor); ; {
		err := step()
		if !isBusy(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func isBusy(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code()&0xff == sqlite3.SQLITE_BUSY
}

func withSettings(path string, settings url.Values) string {
	return file.Address(path) + "?" + settings.Encode()
}

// begin makes a file, and marks it as ours before anything else is written: a hub that is
// killed at that leaves a file that is empty, or ours.
func begin(ctx context.Context, path string) error {
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := made.Close(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", withSettings(path, url.Values{"_busy_timeout": {"30000"}}))
	if err != nil {
		return err
	}
	err = patiently(ctx, func() error {
		_, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", kind.AppID))
		return err
	})
	return errors.Join(err, db.Close())
}

// connectToRead opens a file and changes nothing on the disk, neither the file nor its log.
// Without a log, SQLite makes an empty one while the file is open and removes it again; where
// the folder cannot be written, nobody writes there either.
func connectToRead(ctx context.Context, path string) (*sql.DB, error) {
	settings := func(mode string) url.Values {
		return url.Values{"mode": {mode}, "_busy_timeout": {"30000"}, "_pragma": append([]string{"query_only(ON)"}, safe...)}
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		return sql.Open("sqlite", withSettings(path, settings("ro")))
	}
	db, err := sql.Open("sqlite", withSettings(path, settings("rw")))
	if err != nil {
		return nil, err
	}
	if _, err = db.ExecContext(ctx, "SELECT count(*) FROM sqlite_schema"); err == nil {
		return db, nil
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	immutable := settings("ro")
	immutable.Set("immutable", "1")
	return sql.Open("sqlite", withSettings(path, immutable))
}

// A transaction is a step that happens as a whole or not at all.
type transaction struct {
	*sql.Tx
	engine engine
}

// write runs a step that writes, as a whole or not at all, after all others that write.
func (s *Store) write(ctx context.Context, step func(transaction) error) error {
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
	return s.transact(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.engine.isolation()}, step)
}

// isolation is the one in which a transaction sees one state, which in SQLite all do.
func (e engine) isolation() sql.IsolationLevel {
	if e.turn == "" {
		return sql.LevelDefault
	}
	return sql.LevelRepeatableRead
}

// failed says what happened, in place of a code of SQLite.
func (s *Store) failed(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		err = explained(err)
	}
	return fmt.Errorf("%s: %w", s.engine.name, err)
}

// explained says what an error of SQLite means.
func explained(err error) error {
	known, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch known.Code() & 0xff { // of the extended code
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errors.New("the database is locked by another program")
	case sqlite3.SQLITE_FULL:
		return errors.New("the disk is full")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return errors.New("the database is damaged: some of its pages cannot be read")
	case sqlite3.SQLITE_READONLY:
		return errors.New("this user may only read the database")
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return errors.New("the database could not be opened: this user may not write to its folder")
	case sqlite3.SQLITE_IOERR:
		return errors.New("the disk reported an error")
	}
	return err
}

func (s *Store) transact(ctx context.Context, options *sql.TxOptions, step func(transaction) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tx, err := s.db.BeginTx(ctx, options)
	if err != nil {
		return s.failed(ctx, err)
	}
	if err := step(transaction{tx, s.engine}); err != nil {
		tx.Rollback() // what went wrong is known already
		return s.failed(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return s.failed(ctx, err)
	}
	return nil
}
