package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/backupdoctor/backupdoctor/report/ledger/file"
	"github.com/gofrs/flock"
)

// A process holds its unfinished run by locking a file beside the history. The system releases the
// lock when the process ends. A run that is neither finished nor held was interrupted.

// holdPath returns the path of the lock file of a run.
func holdPath(path, run string) string { return path + ".run-" + filepath.Base(run) }

// A holdRegistry has the holds of this process, by lock file.
type holdRegistry struct {
	mu   sync.Mutex
	held map[string]*flock.Flock
}

var holds = holdRegistry{held: map[string]*flock.Flock{}}

// lockTimeout is how long to retry: another process may briefly lock the file to inspect it.
const lockTimeout = time.Second

// take takes hold of a run. A run already held by this process stays held.
func (r *holdRegistry) take(ctx context.Context, path, run string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := holdPath(path, run)
	if r.held[name] != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	for {
		if err := file.CheckBeside(name, lockNoun); err != nil {
			return err
		}
		lock := flock.New(name, flock.SetPermissions(0o600))
		locked, err := lock.TryLockContext(ctx, shareEvery)
		switch {
		case locked && isAt(lock, name):
			r.held[name] = lock
			return nil
		case locked: // the previous holder removed the file
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

// isAt reports whether a locked file is still the one at its path.
func isAt(lock *flock.Flock, name string) bool {
	locked, err := lock.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(name)
	return err == nil && os.SameFile(locked, now)
}

// release releases a run. It removes the file first, so that no other process locks a file that is
// already removed. Windows removes no open file: there the lock goes first, and if another process
// is inspecting the file, an empty one remains.
func (r *holdRegistry) release(path, run string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := holdPath(path, run)
	lock := r.held[name]
	if lock == nil {
		return nil
	}
	delete(r.held, name)
	if runtime.GOOS == "windows" {
		err := lock.Unlock()
		os.Remove(name)
		return err
	}
	err := os.Remove(name)
	if isMissing(err) {
		err = nil
	}
	return errors.Join(err, lock.Unlock())
}

// isHeld reports whether any process, including this one, holds a run. It creates no file.
func (r *holdRegistry) isHeld(path, run string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := holdPath(path, run)
	if r.held[name] != nil {
		return true
	}
	if file.CheckBeside(name, lockNoun) != nil {
		return false // a process that holds a run made a regular file
	}
	lock := flock.New(name, flock.SetFlag(os.O_RDONLY))
	shared, err := lock.TryRLock()
	if err != nil { // usually it does not exist
		return errors.Is(err, fs.ErrPermission)
	}
	if !shared {
		return true
	}
	lock.Unlock() // only tested
	return false
}

// forget removes the lock file of a deleted run, which a killed process may have left.
func (r *holdRegistry) forget(path, run string) {
	if info, err := stat(holdPath(path, run)); info == nil || err != nil {
		return
	}
	if err := r.take(context.Background(), path, run); err == nil {
		r.release(path, run) // on failure an empty file remains
	}
}
