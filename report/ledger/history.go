package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// history is what a ledger of one computer has beside that of a hub: several processes use its
// file at the same time, and one that is damaged is replaced while they do.
type history struct {
	path      string // of the file, behind all links
	readOnly  bool
	turn      chan struct{} // holds one while somebody uses what is below; nil in the ledger of a hub
	recovery  Recovery
	guard     *guard
	conn      *sql.Conn   // the only one of the handle; nil once the file could not be replaced
	connected fs.FileInfo // the file that conn has open
}

// historyFile is what a history is known by.
var historyFile = kind{file.Kind{
	Noun: "history", AppID: 0x62646c67, // "bdlg"
	Tables: []string{"runs", "reports", "visits", "findings", "details"},
}}

// oldHistory is the form that a history had before it was a ledger.
var oldHistory = kind{file.Kind{Noun: "history", AppID: 0x62646f63}} // "bdoc"

// OpenHistory opens the ledger of this computer in the file at path. If there is none, it is
// made, with its folder, for this user alone. One that is damaged is set aside, and what can be
// read of it is put into a new one: see [Store.Recovery]. ErrForeign, ErrAway, ErrNewer,
// ErrBusy and ErrFull are distinct errors; none of them changes a file.
func OpenHistory(ctx context.Context, path string) (*Store, error) {
	path, err := settle(path)
	if err != nil {
		return nil, err
	}
	what, err := identify(path)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, historyPatience)
	defer cancel()
	s := historyAt(path, guardOf(path))
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
		return nil, errors.Join(historyFile.inWords(ctx, err), s.Close())
	}
	return s, nil
}

// identify reports what is at the path of a history. One of the old form is damaged to this
// program: it is set aside, and nothing of it can be read.
func identify(path string) (file.Content, error) {
	what, err := historyFile.Identify(path)
	if errors.Is(err, ErrForeign) {
		if old, errOld := oldHistory.Identify(path); errOld == nil && old == file.Ours {
			return old, nil
		}
	}
	return what, err
}

func historyAt(path string, guard *guard) *Store {
	return &Store{
		engine: sqliteEngine, kind: historyFile, now: time.Now,
		history: history{path: path, turn: make(chan struct{}, 1), guard: guard},
	}
}

// historyPatience is how long one step may take, waiting for another process included. What
// takes longer by nature is done in steps.
const historyPatience = 30 * time.Second

// CheckHistory reports whether a history could be at path. Anything else that is there is
// ErrForeign.
func CheckHistory(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	_, err = identify(path)
	return err
}

// OpenHistoryToRead opens a history that is there, and changes nothing on the disk, now or
// later. A history that was never begun is [fs.ErrNotExist], one that is damaged a
// [BrokenError].
func OpenHistoryToRead(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	what, err := identify(path)
	if err == nil && what != file.Ours {
		err = &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, historyPatience)
	defer cancel()
	s := historyAt(path, readingGuardOf(path))
	s.readOnly = true
	if err = s.guard.shareToRead(ctx); err == nil {
		err = s.connect(ctx)
	}
	if isBroken(err) && !errors.Is(err, ErrOlder) {
		err = &BrokenError{cause: err}
	}
	if err != nil {
		return nil, errors.Join(historyFile.inWords(ctx, err), s.Close())
	}
	return s, nil
}

// ProbeHistory opens a history as [OpenHistoryToRead] does, and closes it again.
func ProbeHistory(ctx context.Context, path string) error {
	s, err := OpenHistoryToRead(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(s.read(ctx, func(tx transaction) error { return checkEnds(ctx, tx) }), s.Close())
}

// connect opens the file at the path.
func (s *Store) connect(ctx context.Context) error {
	open := openHistory
	if s.readOnly {
		open = openHistoryToRead
	}
	return s.use(open(ctx, s.path))
}

// use takes a connection, if there is one.
func (s *Store) use(db *sql.DB, conn *sql.Conn, err error) error {
	if err != nil {
		return err
	}
	if s.connected, err = os.Stat(s.path); err != nil {
		return errors.Join(err, conn.Close(), db.Close())
	}
	s.db, s.conn = db, conn
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

func (s *Store) closeHistory() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	return errors.Join(s.disconnect(), s.guard.release())
}

func (s *Store) disconnect() error {
	if s.conn == nil {
		return nil
	}
	db, conn := s.db, s.conn
	s.db, s.conn = nil, nil
	file.Closed(s.path)
	return errors.Join(conn.Close(), db.Close())
}

// txMode is how a step is done: whether it writes, and when its end counts.
type txMode struct {
	readOnly    bool
	synchronous string
}

var (
	reading = txMode{true, "NORMAL"}  // of the file as it is at one moment
	writing = txMode{false, "NORMAL"} // in the log once it returns
	forcing = txMode{false, "FULL"}   // on the disk once it returns, with all that was written before
)

// do runs a step, which happens as a whole or not at all. If the file turns out to be broken
// it is replaced, and the step has failed; the next one finds a new file.
func (s *Store) do(ctx context.Context, limit time.Duration, how txMode, step func(transaction) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done(): // waiting for this process is waiting, too
		return historyFile.inWords(ctx, ctx.Err())
	}
	if s.conn == nil {
		return errors.New("the history is closed")
	}
	if !how.readOnly {
		if err := s.checkPlace(); err != nil {
			return err
		}
	}
	err := transact(ctx, s.conn, how, step)
	if isBroken(err) && s.readOnly {
		return &BrokenError{cause: err}
	}
	if isBroken(err) {
		err = errors.Join(err, s.disconnect())
		if failed := s.renew(ctx, err); failed != nil {
			return errors.Join(historyFile.inWords(ctx, failed), s.disconnect(), s.guard.release())
		}
		return &BrokenError{Recovery: s.recovery, cause: err}
	}
	return historyFile.inWords(ctx, err)
}

func transact(ctx context.Context, conn *sql.Conn, how txMode, step func(transaction) error) error {
	if _, err := conn.ExecContext(ctx, "PRAGMA synchronous="+how.synchronous); err != nil {
		return err
	}
	return sqliteEngine.transact(ctx, conn, &sql.TxOptions{ReadOnly: how.readOnly}, step)
}

// checkPlace reports whether the file that is open is still the one at the path. SQLite would
// go on writing to a file that was deleted or moved, and what it wrote would be lost.
func (s *Store) checkPlace() error {
	now, err := os.Stat(s.path)
	switch {
	case isMissing(err):
		return fmt.Errorf("the history %w: %s was removed or moved while it was in use", ErrAway, s.path)
	case err != nil:
		return historyFile.Unreadable(err)
	case !os.SameFile(s.connected, now):
		return fmt.Errorf("the history %w: %s was replaced while it was in use", ErrAway, s.path)
	}
	return nil
}

// Writable reports whether a report could be kept now.
func (s *Store) Writable(ctx context.Context) error {
	return s.write(ctx, func(transaction) error { return nil })
}

// maxValue is the longest text or blob that SQLite may hand over. It also bounds a row.
const maxValue = 16 << 20

// connection makes the one connection to a history. It is kept for as long as the history is
// open, so that what is set on it stays.
func connection(ctx context.Context, address string, ready func(*sql.Conn) error) (*sql.DB, *sql.Conn, error) {
	db, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	if _, err = sqlite.Limit(conn, sqlite3.SQLITE_LIMIT_LENGTH, maxValue); err == nil {
		err = ready(conn)
	}
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close(), db.Close())
	}
	return db, conn, nil
}
