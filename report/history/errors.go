package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"zombiezen.com/go/sqlite"
)

// The errors that callers tell apart. None of them changes a file.
var (
	ErrBusy     = errors.New("the history did not answer in time; another program may have it locked")
	ErrFull     = errors.New("the history could not be written: the disk is full")
	ErrNewer    = errors.New("the history was written by a newer version of backupdoctor")
	ErrOlder    = errors.New("the history was written by an older version of backupdoctor")
	ErrDenied   = errors.New("this user may not write to it")
	ErrForeign  = file.ErrForeign
	ErrAway     = file.ErrAway
	ErrNoRun    = errors.New("the history has no such run")
	ErrRunning  = errors.New("the run is not over")
	ErrFinished = errors.New("the run came to its end")
	ErrUnknown  = errors.New("the history does not know the device")
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

// errBroken is a file that SQLite would take, and that still is no history.
var errBroken = errors.New("it is not complete")

// damage says what is wrong with a file, without the codes of SQLite.
func damage(err error) string {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultCorrupt:
		return "some of its pages cannot be read"
	case sqlite.ResultNotADB:
		return "its header was overwritten"
	}
	return strings.TrimPrefix(err.Error(), errBroken.Error()+": ")
}

// isBroken reports whether an error is the file's own fault. A file that is locked, a disk
// that is full and a missing permission are not.
func isBroken(err error) bool {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultCorrupt, sqlite.ResultNotADB:
		return true
	}
	return errors.Is(err, errBroken)
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// inWords says what happened, in place of a code of SQLite.
func inWords(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	code := sqlite.ErrCode(err)
	switch code.ToPrimary() {
	case sqlite.ResultFull:
		return ErrFull
	case sqlite.ResultBusy, sqlite.ResultLocked:
		return ErrBusy
	case sqlite.ResultInterrupt:
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return ErrBusy
		}
		return context.Cause(ctx)
	case sqlite.ResultReadOnly:
		return fmt.Errorf("the history could not be written: %w", ErrDenied)
	case sqlite.ResultCantOpen, sqlite.ResultPerm:
		return fmt.Errorf("the history could not be opened: %w, or to its folder", ErrDenied)
	case sqlite.ResultIOErr:
		return errors.New("the history could not be read or written: the disk reported an error")
	}
	return err
}
