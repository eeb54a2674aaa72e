package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"zombiezen.com/go/sqlite"
)

// The errors that callers tell apart. None of them changes a file.
var (
	ErrBusy    = errors.New("the history did not answer in time: another program may have it locked")
	ErrFull    = errors.New("the history could not be written: the disk is full")
	ErrNewer   = errors.New("the history was written by a newer version of backupdoctor")
	ErrForeign = errors.New("the file is a database of another program, not a history of backupdoctor")
	ErrNoRun   = errors.New("the history has no such run")
	ErrUnknown = errors.New("the history does not know the device")
)

// A BrokenError says that the history turned out to be broken while it was used. What was
// done has failed; a new history was begun.
type BrokenError struct {
	Kept  string // the name that the broken file was given
	cause error
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("the history is broken (%s) and was set aside as %s", sqlite.ErrCode(e.cause), e.Kept)
}

func (e *BrokenError) Unwrap() error { return e.cause }

// errBroken is a file that SQLite would take, and that still is no history.
var errBroken = errors.New("it is not a whole history")

// isBroken reports whether an error is the file's own fault. A file that is locked, a disk
// that is full and a right that is missing are none.
func isBroken(err error) bool {
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultCorrupt, sqlite.ResultNotADB:
		return true
	}
	return errors.Is(err, errBroken)
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// inWords puts SQLite's codes into words.
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
	case sqlite.ResultCantOpen, sqlite.ResultPerm, sqlite.ResultReadOnly:
		return fmt.Errorf("the history cannot be opened for writing: %s", code)
	case sqlite.ResultIOErr:
		return fmt.Errorf("the history could not be read or written: %s", code)
	}
	return err
}
