package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	sqlite3 "modernc.org/sqlite/lib"
)

// stepTimeout is the time limit for one step, including waiting for other hubs.
const stepTimeout = time.Minute

// A Store is an open database. It is safe for concurrent use.
type Store struct {
	db       *sql.DB
	engine   engine
	kind     kind // of a SQLite file
	now      func() time.Time
	identity string      // of the database of a hub
	place    *file.Place // of a hub's file that is open for writing; nil for a server
	damaged  atomic.Bool // a part of a hub's file could not be read
	history

	// RejectBytes limits the size of rejected messages kept in full, in bytes.
	RejectBytes int64
}

// rejectBytes is the default of RejectBytes.
const rejectBytes = 256 << 20

// Open opens the database at address, sqlite:FILE or postgres://…, and upgrades its tables to this
// version. It returns ErrNewer for a newer database.
func Open(ctx context.Context, address string) (*Store, error) {
	s, err := prepared(ctx, address, false)
	if err != nil {
		return nil, err
	}
	err = s.write(ctx, func(tx transaction) error {
		if err := hubFile.migrate(ctx, tx, s.engine); err != nil {
			return err
		}
		return s.identify(ctx, tx)
	})
	if err == nil {
		err = s.ready(ctx, stepTimeout)
	}
	if err == nil {
		err = s.watchPlace(address)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database: %w", err), s.Close())
	}
	return s, nil
}

// OpenToRead opens an existing database, and never changes anything in it. It returns
// [fs.ErrNotExist] for a missing file, ErrOlder for a database that needs an upgrade, and ErrNewer
// for a newer one.
func OpenToRead(ctx context.Context, address string) (*Store, error) {
	s, err := prepared(ctx, address, true)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, func(tx transaction) error { return s.kind.checkVersion(ctx, tx) })
	if path := fileOf(address); path != "" && codeOf(err) == sqlite3.SQLITE_ERROR {
		err = fmt.Errorf("%s has no tables of a hub: it was copied without its log, %s-wal, or never finished", path, filepath.Base(path))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database: %w", err), s.Close())
	}
	return s, nil
}

func prepared(ctx context.Context, address string, toRead bool) (*Store, error) {
	db, engine, err := connect(ctx, address, toRead)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", hubFile.inWords(ctx, err))
	}
	db.SetMaxOpenConns(maxConns)
	return &Store{db: db, engine: engine, kind: hubFile, now: time.Now, RejectBytes: rejectBytes}, nil
}

// Close closes the database. Closing it again does nothing.
func (s *Store) Close() error {
	if s.turn != nil {
		return s.closeHistory()
	}
	err := s.db.Close()
	if s.place != nil {
		if failed := s.place.Close(); !errors.Is(failed, os.ErrClosed) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// Ping returns an error if the database does not respond.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	return s.db.PingContext(ctx)
}
