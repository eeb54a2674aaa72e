package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// history holds what a history needs in addition to a hub's ledger: several processes use its file
// at the same time, and a damaged file is replaced while they do.
type history struct {
	path      string // of the file, with links resolved
	readOnly  bool
	turn      chan struct{} // semaphore for the fields below; nil in the ledger of a hub
	recovery  Recovery
	guard     *guard
	reserve   *reserve    // nil if no space is reserved
	conn      *sql.Conn   // the only connection of the handle; nil if the file could not be replaced
	connected fs.FileInfo // the file that conn has open
	lost      error       // why the file could not be replaced
}

// historyFile identifies a history file.
var historyFile = kind{file.Kind{
	Noun: "history", AppID: file.HistoryID,
	Tables: []string{"runs", "reports", "visits", "findings", "details"},
}}

// oldHistory identifies the format of a history before it was a ledger.
var oldHistory = kind{file.Kind{Noun: "history", AppID: 0x62646f63}} // "bdoc"

// OpenHistory opens the ledger of this computer in the file at path. If there is none, it creates
// the file and its folder with access for this user only. A damaged file is set aside, and whatever
// can be read is copied to a new one: see [Store.Recovery]. ErrForeign, ErrAway, ErrNewer, ErrBusy
// and ErrFull are distinct errors; none of them changes a file.
func OpenHistory(ctx context.Context, path string) (*Store, error) {
	path, err := settle(path)
	if err != nil {
		return nil, err
	}
	what, err := identify(path)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, historyTimeout)
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
		return nil, errors.Join(whyDenied(path, historyFile.inWords(ctx, err)), s.Close())
	}
	return s, nil
}

// whyDenied returns a more precise error than ErrDenied, if there is one: SQLite returns the same code
// for a user without permission and for a volume that cannot be written.
func whyDenied(path string, err error) error {
	if !errors.Is(err, ErrDenied) {
		return err
	}
	tried, failed := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".try-*")
	if errors.Is(failed, syscall.EROFS) {
		return fmt.Errorf("the history could not be written: %w", ErrReadOnly)
	}
	if failed == nil {
		err = errors.Join(err, tried.Close(), os.Remove(tried.Name()))
	}
	return err
}

// identify reports what is at the path of a history. A history in the old format counts as damaged:
// it is set aside, and nothing is read from it.
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

// historyTimeout is the time limit for one step, including waiting for other processes. Longer
// work is split into steps.
const historyTimeout = 30 * time.Second

// CheckHistory reports whether a history exists or could be created at path. It returns ErrForeign
// if anything else is there.
func CheckHistory(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	_, err = identify(path)
	return err
}

// OpenHistoryToRead opens an existing history, and never changes anything on disk. It returns
// [fs.ErrNotExist] if there is no history, and a [BrokenError] if it is damaged.
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
	ctx, cancel := context.WithTimeout(ctx, historyTimeout)
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

// ProbeHistory opens a history like [OpenHistoryToRead] and closes it again.
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

// use takes over a connection if err is nil.
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

// Recovery describes the damaged history that this one replaced. Its Kept is "" if there was none.
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

// A txMode says whether a step writes, and when its commit is durable.
type txMode struct {
	begin       string
	synchronous string
}

var (
	reading = txMode{"BEGIN", "NORMAL"}           // a snapshot of the file
	writing = txMode{"BEGIN IMMEDIATE", "NORMAL"} // in the log when it returns
	forcing = txMode{"BEGIN IMMEDIATE", "FULL"}   // on disk when it returns, with all earlier writes
)

// do runs a step in a transaction. If the file turns out to be damaged, it is replaced and the step
// fails; the next step uses the new file.
func (s *Store) do(ctx context.Context, limit time.Duration, how txMode, step func(transaction) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done(): // time spent waiting for this process counts, too
		return historyFile.inWords(ctx, ctx.Err())
	}
	if s.conn == nil {
		return cmp.Or(s.lost, errors.New("the history is closed"))
	}
	if how != reading {
		if err := s.checkPlace(); err != nil {
			return err
		}
	}
	err := transact(ctx, s.conn, how, step)
	if codeOf(err) == sqlite3.SQLITE_FULL && s.reserve.use(s.now()) {
		err = transact(ctx, s.conn, how, step)
	}
	if isBroken(err) && s.readOnly {
		return &BrokenError{cause: err}
	}
	if isBroken(err) {
		err = errors.Join(err, s.disconnect())
		if failed := s.renew(ctx, err); failed != nil {
			s.lost = historyFile.inWords(ctx, failed)
			return errors.Join(s.lost, s.disconnect(), s.guard.release())
		}
		return &BrokenError{Recovery: s.recovery, cause: err}
	}
	return historyFile.inWords(ctx, err)
}

// transact runs a step in a transaction. The connection is free for the next one when it returns:
// [sql.Tx] would roll back in the background after a timeout, in the middle of the next step.
func transact(ctx context.Context, conn *sql.Conn, how txMode, step func(transaction) error) (err error) {
	if _, err := conn.ExecContext(ctx, "PRAGMA synchronous="+how.synchronous); err != nil {
		return err
	}
	end := context.WithoutCancel(ctx)
	defer func() {
		if err != nil {
			conn.ExecContext(end, "ROLLBACK") // fails if nothing was begun
		}
	}()
	if _, err := conn.ExecContext(ctx, how.begin); err != nil {
		return err
	}
	if err := step(transaction{conn, sqliteEngine}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err = conn.ExecContext(end, "COMMIT")
	return err
}

// checkPlace returns an error if the open file is no longer the one at the path. SQLite would keep
// writing to a deleted or moved file, and that data would be lost.
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

// Writable returns an error if a report could not be stored now.
func (s *Store) Writable(ctx context.Context) error {
	return s.write(ctx, func(transaction) error { return nil })
}

// maxValue is the longest text or blob accepted from SQLite, in bytes. It also limits a row.
const maxValue = 16 << 20

// connection opens the only connection to a history. It stays open as long as the history, so that
// its settings persist.
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
