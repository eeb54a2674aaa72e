package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
)

// patience is how long one step may take, waiting for other hubs included.
const patience = time.Minute

// A Store is an open database. It may be used by several goroutines.
type Store struct {
	db       *sql.DB
	engine   engine
	kind     kind // of a SQLite file
	now      func() time.Time
	identity string      // of the database of a hub
	place    *file.Place // of a hub's file that is written; nil for a server
	history

	// RejectBytes is how many bytes of messages that can never be stored are kept in full.
	RejectBytes int64
}

// rejectBytes is RejectBytes unless the caller says otherwise.
const rejectBytes = 256 << 20

// Open opens the database at address, sqlite:FILE or postgres://…, and brings its tables to
// this version. A newer database is ErrNewer.
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
		err = s.ready(ctx)
	}
	if err == nil {
		err = s.watchPlace(address)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database: %w", err), s.Close())
	}
	return s, nil
}

// OpenToRead opens a database that is there, and changes nothing in it, now or later. A file
// that is not there is [fs.ErrNotExist], a database that this version would change first
// ErrOlder, a newer one ErrNewer.
func OpenToRead(ctx context.Context, address string) (*Store, error) {
	s, err := prepared(ctx, address, true)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, func(tx transaction) error { return s.kind.checkVersion(ctx, tx) })
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

// Close closes the database.
func (s *Store) Close() error {
	if s.turn != nil {
		return s.closeHistory()
	}
	err := s.db.Close()
	if s.place != nil {
		err = errors.Join(err, s.place.Close())
	}
	return err
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.db.PingContext(ctx)
}
