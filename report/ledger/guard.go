package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"github.com/gofrs/flock"
)

// A guard is this process's lock on the path of a history: shared while the file is in use,
// exclusive while it is created or set aside. It locks a separate file, since the history itself
// can be moved. The system releases the lock when the process ends.
type guard struct{ lock *flock.Flock }

// guardOf returns the guard of the history at path, not yet locked.
func guardOf(path string) *guard {
	return &guard{flock.New(path+".lock", flock.SetPermissions(0o600))}
}

// readingGuardOf returns a guard that creates no file: without one, the history was never written
// here, or it was copied.
func readingGuardOf(path string) *guard {
	return &guard{flock.New(path+".lock", flock.SetFlag(os.O_RDONLY))}
}

const lockNoun = "lock file"

// errHeld is returned if another process, or another store in this one, holds the guard.
var errHeld = errors.New("it is held")

// shareEvery is the interval between attempts to take the shared lock.
const shareEvery = 10 * time.Millisecond

// share waits until no exclusive lock is held.
func (g *guard) share(ctx context.Context) error {
	err := g.take(func() (bool, error) { return g.lock.TryRLockContext(ctx, shareEvery) })
	switch {
	case err == nil || ctx.Err() == nil:
		return err
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return historyFile.is(ErrBusy)
	default:
		return context.Cause(ctx)
	}
}

// shareToRead is share for a guard from readingGuardOf. It ignores a lock file that this user may
// not open, since a reader interferes with no other process.
func (g *guard) shareToRead(ctx context.Context) error {
	err := g.share(ctx)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// alone takes the exclusive lock without waiting. It returns errHeld if the guard is held
// elsewhere.
func (g *guard) alone() error { return g.take(g.lock.TryLock) }

// take releases the current lock before it takes another: two processes that waited for each other
// with locks held would deadlock.
func (g *guard) take(hold func() (bool, error)) error {
	err := g.release()
	if err == nil {
		if err := file.CheckBeside(g.lock.Path(), lockNoun); err != nil {
			return err
		}
	}
	held := false
	if err == nil {
		held, err = hold()
	}
	switch {
	case err != nil:
		return fmt.Errorf("the lock of the history cannot be taken: %w", err)
	case !held:
		return errHeld
	}
	return nil
}

func (g *guard) release() error { return g.lock.Unlock() }
