package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"modernc.org/sqlite" // and its driver, "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors that callers can tell apart. None of them changes a file.
var (
	ErrBusy     = errors.New("did not answer in time; another program may have it locked")
	ErrFull     = errors.New("could not be written: the disk is full")
	ErrNewer    = errors.New("was written by a newer version of backupdoctor")
	ErrOlder    = errors.New("was written by an older version of backupdoctor")
	ErrForeign  = file.ErrForeign // not a ledger of this program
	ErrAway     = file.ErrAway
	ErrNoRun    = errors.New("the history has no such run")
	ErrRunning  = errors.New("the run has not ended")
	ErrDenied   = errors.New("this user may not write to it")
	ErrReadOnly = errors.New("its volume is mounted read-only")
	ErrLog      = errors.New("has a log, which can be read only in a folder that this user may write to")
	ErrFinished = errors.New("the run has ended")
	ErrNoEnd    = errors.New("whether the run has ended is not known")
	ErrUnknown  = errors.New("no such device or report is known")
	ErrPage     = errors.New("the place in the list cannot be read") // not written by this version
)

// A BrokenError reports that a history was found to be damaged while in use. The operation failed.
// A history that was open for writing has been replaced: see Recovery.
type BrokenError struct {
	Recovery Recovery // empty if the history was open for reading, and so left unchanged
	cause    error
}

func (e *BrokenError) Error() string {
	if e.Recovery.Kept == "" {
		return "the history is damaged: " + damage(e.cause)
	}
	return fmt.Sprintf("the history was damaged (%s): %s", damage(e.cause), e.Recovery)
}

func (e *BrokenError) Unwrap() error { return e.cause }

// errBroken is the error for a file that SQLite accepts but that is not a valid ledger.
var errBroken = errors.New("it is not complete")

// ErrOldForm is the error for a history in the format before the first version, which is no longer
// read. It is an ErrOlder.
var ErrOldForm = fmt.Errorf("%w: the history %w", errBroken, ErrOlder)

// codeOf returns the primary SQLite error code, or 0 for any other error.
func codeOf(err error) int {
	if failed, ok := errors.AsType[*sqlite.Error](err); ok {
		return failed.Code() & 0xff
	}
	return 0
}

// damage says what is wrong with a file, without SQLite error codes.
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

// isBroken reports whether the file itself caused an error, as opposed to a lock, a full disk or a
// missing permission.
func isBroken(err error) bool {
	code := codeOf(err)
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB || isCut(err) || errors.Is(err, errBroken)
}

// isCut reports whether a file is shorter than its header says.
func isCut(err error) bool {
	failed, ok := errors.AsType[*sqlite.Error](err)
	return ok && failed.Code() == sqlite3.SQLITE_IOERR_SHORT_READ
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// A kind is a type of ledger file: a history or the database of a hub.
type kind struct{ file.Kind }

// inWords replaces SQLite error codes with messages.
func (k kind) inWords(ctx context.Context, err error) error {
	if _, told := errors.AsType[*BrokenError](err); told || err == nil {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) { // which of several contexts ended may not show yet
		return k.is(ErrBusy)
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
		if err := tooManyOpen(); err != nil {
			return fmt.Errorf("the %s could not be opened: %w", k.Noun, err)
		}
		return fmt.Errorf("the %s could not be opened: %w, or to its folder", k.Noun, ErrDenied)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("the %s could not be read or written: the disk reported an error", k.Noun)
	}
	return err
}

// sqliteFiles is how many files SQLite opens for one connection: the file, its log and its index.
const sqliteFiles = 3

// tooManyOpen returns the error of the system if it does not let this process open as many files as
// SQLite needs, which SQLite does not tell apart from a missing permission. It has closed those that
// it could open by then.
func tooManyOpen() error {
	for range sqliteFiles {
		tried, err := os.Open(os.DevNull)
		for _, limit := range []error{syscall.EMFILE, syscall.ENFILE} {
			if errors.Is(err, limit) {
				return limit
			}
		}
		if err == nil {
			defer tried.Close()
		}
	}
	return nil
}

// is prefixes an error with the noun of the ledger.
func (k kind) is(err error) error { return fmt.Errorf("the %s %w", k.Noun, err) }
