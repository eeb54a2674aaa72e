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

// ErrNewer is a database that a newer version of the program has changed.
var ErrNewer = errors.New("the database is newer than this program")

// ErrOlder is a database that an older version of the program made.
var ErrOlder = errors.New("the database is older than this program: a hub of this version brings it up to date")

// ErrForeign is a file that is no database of this program.
var ErrForeign = file.ErrForeign

// ErrUnknown is a device or a report that the database does not have.
var ErrUnknown = errors.New("the database has no such device or report")

// ErrPage is a place in a list that this version did not write.
var ErrPage = errors.New("the place in the list cannot be read")

// A Store is an open database. It may be used by several goroutines.
type Store struct {
	db       *sql.DB
	engine   engine
	identity string      // of the database
	place    *file.Place // of a file that is written; nil for a server

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
		if err := migrate(ctx, tx, s.engine); err != nil {
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
	err = s.read(ctx, func(tx transaction) error { return checkVersion(ctx, tx) })
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database: %w", err), s.Close())
	}
	return s, nil
}

func prepared(ctx context.Context, address string, toRead bool) (*Store, error) {
	db, engine, err := connect(ctx, address, toRead)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	db.SetMaxOpenConns(maxConns)
	return &Store{db: db, engine: engine, RejectBytes: rejectBytes}, nil
}

// Close closes the database.
func (s *Store) Close() error {
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
