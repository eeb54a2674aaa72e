package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"modernc.org/sqlite" // and its driver, "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The errors that callers tell apart. None of them changes a file.
var (
	ErrBusy     = errors.New("did not answer in time; another program may have it locked")
	ErrFull     = errors.New("could not be written: the disk is full")
	ErrNewer    = errors.New("was written by a newer version of backupdoctor")
	ErrOlder    = errors.New("was written by an older version of backupdoctor")
	ErrForeign  = file.ErrForeign // a file that is no ledger of this program
	ErrAway     = file.ErrAway
	ErrNoRun    = errors.New("the history has no such run")
	ErrRunning  = errors.New("the run is not over")
	ErrDenied   = errors.New("this user may not write to it")
	ErrFinished = errors.New("the run came to its end")
	ErrUnknown  = errors.New("no such device or report is known")
	ErrPage     = errors.New("the place in the list cannot be read") // this version did not write it
)

// A BrokenError reports that a history turned out to be damaged while it was used. What was
// done has failed. A history that was open for writing has been replaced: see Recovery.
type BrokenError struct {
	Recovery Recovery // empty where the history was only read, and left as it is
	cause    error
}

func (e *BrokenError) Error() string {
	if e.Recovery.Kept == "" {
		return "the history is damaged: " + damage(e.cause)
	}
	return fmt.Sprintf("the history was damaged (%s): %s", damage(e.cause), e.Recovery)
}

func (e *BrokenError) Unwrap() error { return e.cause }

// errBroken is a file that SQLite would take, and that still is no ledger.
var errBroken = errors.New("it is not complete")

// errOldForm is a history of before this form, none of which is read.
var errOldForm = fmt.Errorf("%w: the history %w", errBroken, ErrOlder)

// codeOf is the primary code of an error of SQLite, 0 for any other.
func codeOf(err error) int {
	if failed, ok := errors.AsType[*sqlite.Error](err); ok {
		return failed.Code() & 0xff
	}
	return 0
}

// damage says what is wrong with a file, without the codes of SQLite.
func damage(err error) string {
	switch codeOf(err) {
	case sqlite3.SQLITE_CORRUPT:
		return "some of its pages cannot be read"
	case sqlite3.SQLITE_NOTADB:
		return "its header was overwritten"
	}
	if isCut(err) {
		return "its end is missing"
	}
	return strings.TrimPrefix(err.Error(), errBroken.Error()+": ")
}

// isBroken reports whether an error is the file's own fault. A file that is locked, a disk
// that is full and a missing permission are not.
func isBroken(err error) bool {
	code := codeOf(err)
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB || isCut(err) || errors.Is(err, errBroken)
}

// isCut reports whether a file is shorter than it says.
func isCut(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code() == sqlite3.SQLITE_IOERR_SHORT_READ
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// A kind is a ledger in a file: a history, or the database of a hub.
type kind struct{ file.Kind }

// inWords says what happened, in place of a code of SQLite.
func (k kind) inWords(ctx context.Context, err error) error {
	if _, told := errors.AsType[*BrokenError](err); told || err == nil {
		return err
	}
	if ctx.Err() != nil && (codeOf(err) == sqlite3.SQLITE_INTERRUPT || codeOf(err) == sqlite3.SQLITE_BUSY || errors.Is(err, ctx.Err()) || errors.Is(err, sql.ErrTxDone)) {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return k.is(ErrBusy)
		}
		return context.Cause(ctx)
	}
	switch codeOf(err) {
	case sqlite3.SQLITE_FULL:
		return k.is(ErrFull)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return k.is(ErrBusy)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("the %s is damaged: %s", k.Noun, damage(err))
	case sqlite3.SQLITE_READONLY:
		return fmt.Errorf("the %s could not be written: %w", k.Noun, ErrDenied)
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fmt.Errorf("the %s could not be opened: %w, or to its folder", k.Noun, ErrDenied)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("the %s could not be read or written: the disk reported an error", k.Noun)
	}
	return err
}

// is says of a ledger what an error says.
func (k kind) is(err error) error { return fmt.Errorf("the %s %w", k.Noun, err) }
