package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// patience is how long one step may take, waiting for another process included. What takes
// longer by nature is done in steps.
const patience = 30 * time.Second

// A Store is an open history. It may be used by several goroutines.
type Store struct {
	path     string // of the file, behind all links
	readOnly bool
	now      func() time.Time

	turn      chan struct{} // holds one while somebody uses what is below
	recovery  Recovery
	guard     *guard
	conn      *sqlite.Conn // nil once the file could not be replaced
	connected fs.FileInfo  // the file that conn has open
}

// Open opens the history in the file at path for writing. If there is none, it is made, with
// its folder, for this user alone. One that is damaged is set aside, and what can be read of
// it is put into a new one: see [Store.Recovery]. ErrForeign, ErrAway, ErrNewer, ErrBusy and
// ErrFull are distinct errors; none of them changes a file.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := settle(path)
	if err != nil {
		return nil, err
	}
	what, err := kind.Identify(path)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s := &Store{path: path, now: time.Now, turn: make(chan struct{}, 1), guard: guardOf(path)}
	err = s.guard.share(ctx)
	if err == nil && what == file.Ours {
		err = s.connect(ctx)
	}
	if err == nil && what != file.Ours {
		err = s.renew(ctx, nil)
	} else if isMissing(err) || isBroken(err) {
		err = s.renew(ctx, err)
	}
	if err != nil {
		return nil, errors.Join(inWords(ctx, err), s.Close())
	}
	return s, nil
}

// Check reports whether a history could be at path. Anything else that is there is ErrForeign.
func Check(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	_, err = kind.Identify(path)
	return err
}

// OpenToRead opens a history that is there, and changes nothing on the disk, now or later. A
// history that was never begun is [fs.ErrNotExist], one that is damaged a [BrokenError].
func OpenToRead(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	what, err := kind.Identify(path)
	if err == nil && what != file.Ours {
		err = &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s := &Store{path: path, now: time.Now, readOnly: true, turn: make(chan struct{}, 1), guard: readingGuardOf(path)}
	if err = s.guard.shareToRead(ctx); err == nil {
		err = s.connect(ctx)
	}
	if isBroken(err) {
		err = &BrokenError{cause: err}
	}
	if err != nil {
		return nil, errors.Join(inWords(ctx, err), s.Close())
	}
	return s, nil
}

// connect opens the file at the path.
func (s *Store) connect(ctx context.Context) (err error) {
	open := connect
	if s.readOnly {
		open = connectReading
	}
	conn, err := open(ctx, s.path)
	return s.use(conn, err)
}

// use takes a connection, if there is one.
func (s *Store) use(conn *sqlite.Conn, err error) error {
	if err != nil {
		return err
	}
	if s.connected, err = os.Stat(s.path); err != nil {
		return errors.Join(err, conn.Close())
	}
	s.conn = conn
	file.Opened(s.path)
	return nil
}

// Recovery is what became of a damaged history, in whose place this one was begun. Its Kept is
// "" if there was none.
func (s *Store) Recovery() Recovery {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	return s.recovery
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
	file.Closed(s.path)
	return conn.Close()
}

// txMode is how a step is done: what it begins with, and when its end counts.
type txMode struct{ begin, synchronous string }

var (
	reading = txMode{"BEGIN", "NORMAL"}           // of the file as it is at one moment
	writing = txMode{"BEGIN IMMEDIATE", "NORMAL"} // in the log once it returns
	forcing = txMode{"BEGIN IMMEDIATE", "FULL"}   // on the disk once it returns, with all that was written before
)

// do runs a step, which happens as a whole or not at all. If the file turns out to be broken
// it is replaced, and the step has failed; the next one finds a new file.
func (s *Store) do(ctx context.Context, how txMode, step func(*sqlite.Conn) error) error {
	return s.doWithin(ctx, patience, how, step)
}

func (s *Store) doWithin(ctx context.Context, limit time.Duration, how txMode, step func(*sqlite.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
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
	if how != reading {
		if err := s.checkPlace(); err != nil {
			return err
		}
	}
	s.conn.SetInterrupt(ctx.Done())
	err := transact(s.conn, how, step)
	if isBroken(err) && s.readOnly {
		return &BrokenError{cause: err}
	}
	if isBroken(err) {
		err = errors.Join(err, s.disconnect())
		if failed := s.renew(ctx, err); failed != nil {
			return errors.Join(inWords(ctx, failed), s.disconnect(), s.guard.release())
		}
		return &BrokenError{Recovery: s.recovery, cause: err}
	}
	s.conn.SetInterrupt(nil)
	return inWords(ctx, err)
}

// checkPlace reports whether the file that is open is still the one at the path. SQLite would
// go on writing to a file that was deleted or moved, and what it wrote would be lost.
func (s *Store) checkPlace() error {
	now, err := os.Stat(s.path)
	switch {
	case isMissing(err):
		return fmt.Errorf("the history %w: %s was removed or moved while it was in use", ErrAway, s.path)
	case err != nil:
		return kind.Unreadable(err)
	case !os.SameFile(s.connected, now):
		return fmt.Errorf("the history %w: %s was replaced while it was in use", ErrAway, s.path)
	}
	return nil
}

// Writable reports whether a report could be kept now.
func (s *Store) Writable(ctx context.Context) error {
	return s.do(ctx, writing, func(*sqlite.Conn) error { return nil })
}

// transact runs a step between BEGIN and COMMIT. sqlitex has the same, but panics if a
// rollback fails, and nothing that happens to the history may end a scan.
func transact(conn *sqlite.Conn, how txMode, step func(*sqlite.Conn) error) error {
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
