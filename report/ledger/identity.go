package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"github.com/backupdoctor/backupdoctor/report/relay/receipt"
)

// ErrGone is returned if the database was removed, replaced or overwritten while open. Writing
// stops, because the data would be lost.
var ErrGone = errors.New("the database was removed, replaced or overwritten while it was in use")

// ErrDamaged is returned once a part of a hub's database could not be read. Nothing more is written
// to it: what depends on the damaged part would be lost, or be taken for the fault of a report.
var ErrDamaged = errors.New("the database is damaged")

// Identity returns the random ID that identifies the database.
func (s *Store) Identity() string { return s.identity }

// identify reads the ID of a database, and assigns one to a new database.
func (s *Store) identify(ctx context.Context, tx transaction) error {
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM identity").Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		if _, err := tx.ExecContext(ctx, "INSERT INTO identity (id) VALUES ($1)", receipt.NewLedger()); err != nil {
			return err
		}
	}
	return tx.QueryRowContext(ctx, "SELECT min(id) FROM identity").Scan(&s.identity)
}

// checkIdentity verifies that the database is still the one that was opened: its identity row and,
// for a file (which stays open after removal), its location and first bytes. It returns ErrDamaged
// once damage was seen.
func (s *Store) checkIdentity(ctx context.Context, tx transaction) error {
	if s.damaged.Load() {
		return ErrDamaged
	}
	if s.place != nil {
		if err := s.place.Check(); err != nil {
			return fmt.Errorf("%w: %w", ErrGone, err)
		}
	}
	var id string
	if err := tx.QueryRowContext(ctx, "SELECT min(id) FROM identity").Scan(&id); err != nil {
		return err
	}
	if id != s.identity {
		return fmt.Errorf("%w: it has another identity", ErrGone)
	}
	return nil
}

// CheckIdentity reads the database, and returns ErrGone if it is not the one that was opened.
func (s *Store) CheckIdentity(ctx context.Context) error {
	return s.read(ctx, func(tx transaction) error { return s.checkIdentity(ctx, tx) })
}

// fileOf returns the path of the file at an address, or "" for a server.
func fileOf(address string) string {
	path, ok := strings.CutPrefix(address, "sqlite:")
	if !ok {
		return ""
	}
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// IsThere reports whether a non-empty file of this program is at an address. It is always true for
// a server, which is recognised by its identity.
func IsThere(address string) (bool, error) {
	path := fileOf(address)
	if path == "" {
		return true, nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, hubFile.Unreadable(err)
	}
	return info.Size() > 0, nil
}

// watchPlace records the location of the opened file.
func (s *Store) watchPlace(address string) (err error) {
	if path := fileOf(address); path != "" {
		s.place, err = file.NotePlace(path, hubFile.Kind)
	}
	return err
}
