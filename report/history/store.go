package history

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// patience is how long one step may take, waiting for another process included. What takes
// longer by nature is done in steps.
const patience = 30 * time.Second

// A Store is an open history. It may be used by several goroutines.
type Store struct {
	path     string // of the file, behind all links
	setAside string

	turn  chan struct{} // holds one while somebody uses what is below
	guard *guard
	conn  *sqlite.Conn // nil once the file could not be replaced
}

// Open opens the history in the file at path. If there is none, it is made, with its folder,
// for this user alone. If it cannot be read as one, it is set aside and a new one is begun:
// see [Store.SetAside]. ErrNewer, ErrForeign, ErrBusy and ErrFull are told apart.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := settle(path)
	if err != nil {
		return nil, fmt.Errorf("the history cannot be opened: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s := &Store{path: path, turn: make(chan struct{}, 1), guard: guardOf(path)}
	err = s.rejoin(ctx)
	if isMissing(err) || isBroken(err) {
		err = s.renew(ctx, err)
	}
	if err != nil {
		return nil, errors.Join(inWords(ctx, err), s.Close())
	}
	return s, nil
}

// SetAside is the name that a broken file was given, in whose place this one was begun; ""
// if there was none.
func (s *Store) SetAside() string {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	return s.setAside
}

// Close closes the history.
func (s *Store) Close() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	return errors.Join(s.disconnect(), s.guard.release())
}

func (s *Store) disconnect() error {
	if s.conn == nil {
		return nil
	}
	conn := s.conn
	s.conn = nil
	return conn.Close()
}

// How a step is done: what it begins with, and when its end counts.
type manner struct{ begin, synchronous string }

var (
	reading = manner{"BEGIN", "NORMAL"}           // of the file as it is at one moment
	writing = manner{"BEGIN IMMEDIATE", "NORMAL"} // in the log once it returns
	forcing = manner{"BEGIN IMMEDIATE", "FULL"}   // on the disk once it returns, with all that was written before
)

// do runs a step, which happens as a whole or not at all. If the file turns out to be broken
// it is set aside, and the step has failed; the next one finds a new file.
func (s *Store) do(ctx context.Context, how manner, step func(*sqlite.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done(): // waiting for this process is waiting, too
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return ErrBusy
		}
		return context.Cause(ctx)
	}
	if s.conn == nil {
		return errors.New("the history is closed")
	}
	s.conn.SetInterrupt(ctx.Done())
	err := transact(s.conn, how, step)
	if isBroken(err) {
		err = errors.Join(err, s.disconnect())
		if failed := s.renew(ctx, err); failed != nil {
			return errors.Join(inWords(ctx, failed), s.disconnect(), s.guard.release())
		}
		return &BrokenError{Kept: s.setAside, cause: err}
	}
	s.conn.SetInterrupt(nil)
	return inWords(ctx, err)
}

// transact runs a step between BEGIN and COMMIT. sqlitex has the same, but panics if a
// rollback fails, and nothing that happens to the history may end a scan.
func transact(conn *sqlite.Conn, how manner, step func(*sqlite.Conn) error) error {
	if err := sqlitex.ExecuteTransient(conn, "PRAGMA synchronous="+how.synchronous, nil); err != nil {
		return err
	}
	err := sqlitex.Execute(conn, how.begin, nil)
	if err != nil {
		return err
	}
	if err = step(conn); err == nil {
		err = sqlitex.Execute(conn, "COMMIT", nil)
	}
	if conn.AutocommitEnabled() { // it is over, or SQLite rolled it back by itself
		return err
	}
	conn.SetInterrupt(nil)
	return errors.Join(err, sqlitex.Execute(conn, "ROLLBACK", nil))
}
