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

// ErrGone is a database that was removed, replaced or overwritten while it was open. Nothing is
// written any more: it would be lost.
var ErrGone = errors.New("the database was removed, replaced or overwritten while it was in use")

// Identity is the random id of the database, by which it is known again.
func (s *Store) Identity() string { return s.identity }

// identify reads the id of a database, and gives a new one its id.
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

// checkIdentity reports whether the database is still the one that was opened: its row, and of
// a file, which stays open after it was removed, its place and its first bytes.
func (s *Store) checkIdentity(ctx context.Context, tx transaction) error {
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

// CheckIdentity reads the database, and is ErrGone where it is not the one that was opened.
func (s *Store) CheckIdentity(ctx context.Context) error {
	return s.read(ctx, func(tx transaction) error { return s.checkIdentity(ctx, tx) })
}

// fileOf is the path of a file at an address, "" for a server.
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

// IsThere reports whether a file of this program with something in it is at an address. A
// server is always taken to be there: its identity tells whether it is the same one.
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

// watchPlace notes where the file is that was opened.
func (s *Store) watchPlace(address string) (err error) {
	if path := fileOf(address); path != "" {
		s.place, err = file.NotePlace(path, hubFile.Kind)
	}
	return err
}
