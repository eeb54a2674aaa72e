package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// A guard is this process's hold on the name of a history: shared while the file is used,
// alone while it is made or set aside. It is a lock on a file beside it, since the file itself
// can be moved away. The system frees it however the process ends.
type guard struct{ lock *flock.Flock }

// guardOf is the guard of the history at path, before it holds anything.
func guardOf(path string) *guard {
	return &guard{flock.New(path+".lock", flock.SetPermissions(0o600))}
}

// readingGuardOf is one that makes no file: where there is none, nobody has ever written, or
// the history was copied.
func readingGuardOf(path string) *guard {
	return &guard{flock.New(path+".lock", flock.SetFlag(os.O_RDONLY))}
}

// errHeld is a guard that another process, or another store of this one, holds.
var errHeld = errors.New("it is held")

// shareEvery is how often a shared hold is tried again.
const shareEvery = 10 * time.Millisecond

// share waits until nobody is alone.
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

// shareToRead is share for one of readingGuardOf. A lock that this user may not open is passed
// over: whoever only reads takes nothing away from anybody.
func (g *guard) shareToRead(ctx context.Context) error {
	err := g.share(ctx)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// alone does not wait: while anybody else has a hold it is errHeld.
func (g *guard) alone() error { return g.take(g.lock.TryLock) }

// take gives up what is held before it takes hold anew: two processes that waited for each
// other while they held on would wait for ever.
func (g *guard) take(hold func() (bool, error)) error {
	err := g.release()
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
