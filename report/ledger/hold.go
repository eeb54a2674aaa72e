package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// A run that goes on is held by its process: by a lock on a file beside the history, which the
// system frees however the process ends. A run that is not finished and not held was cut off.

// holdPath is the file of the hold on a run.
func holdPath(path, run string) string { return path + ".run-" + filepath.Base(run) }

// holdRegistry has the holds of this process, by their files.
type holdRegistry struct {
	mu   sync.Mutex
	held map[string]*flock.Flock
}

var holds = holdRegistry{held: map[string]*flock.Flock{}}

// holdPatience is how long to try: another process may look at the file for a moment.
const holdPatience = time.Second

// take takes hold of a run. One that this process holds already stays held.
func (r *holdRegistry) take(ctx context.Context, path, run string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := holdPath(path, run)
	if r.held[name] != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, holdPatience)
	defer cancel()
	for {
		lock := flock.New(name, flock.SetPermissions(0o600))
		locked, err := lock.TryLockContext(ctx, shareEvery)
		switch {
		case locked && isAt(lock, name):
			r.held[name] = lock
			return nil
		case locked: // the one before removed the file
			err = lock.Unlock()
		case errors.Is(err, context.DeadlineExceeded):
			return ErrRunning
		}
		if errors.Is(err, syscall.ENOSPC) {
			return historyFile.is(ErrFull)
		}
		if err != nil {
			return fmt.Errorf("the lock of the run cannot be taken: %w", err)
		}
	}
}

// isAt reports whether a file that was locked is still the one of its name.
func isAt(lock *flock.Flock, name string) bool {
	locked, err := lock.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(name)
	return err == nil && os.SameFile(locked, now)
}

// release lets go of a run. The file goes first, so that nobody else holds one that is no
// longer there.
func (r *holdRegistry) release(path, run string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := holdPath(path, run)
	lock := r.held[name]
	if lock == nil {
		return nil
	}
	delete(r.held, name)
	err := os.Remove(name)
	if isMissing(err) {
		err = nil
	}
	return errors.Join(err, lock.Unlock())
}

// isHeld reports whether a process, which may be this one, goes on with a run. It makes no
// file.
func (r *holdRegistry) isHeld(path, run string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := holdPath(path, run)
	if r.held[name] != nil {
		return true
	}
	lock := flock.New(name, flock.SetFlag(os.O_RDONLY))
	shared, err := lock.TryRLock()
	if err != nil { // there is none, as a rule
		return errors.Is(err, fs.ErrPermission)
	}
	if !shared {
		return true
	}
	lock.Unlock() // it was only looked at
	return false
}

// forget removes the file of a run that is gone, which a process left that was killed.
func (r *holdRegistry) forget(path, run string) {
	if info, err := stat(holdPath(path, run)); info == nil || err != nil {
		return
	}
	if err := r.take(context.Background(), path, run); err == nil {
		r.release(path, run) // what stays is an empty file
	}
}
