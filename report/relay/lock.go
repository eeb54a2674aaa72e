package relay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// errLocked is returned for a folder that another process has locked.
var errLocked = errors.New("another program is running the stream in this folder")

// lock locks a folder against other processes, creating it if necessary, until unlock is called or
// the process ends: two servers on one store would corrupt it.
func lock(folder string) (unlock func(), err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, configError{fmt.Errorf("opening the folder of the stream: %w", err)}
	}
	held := flock.New(filepath.Join(folder, "lock"), flock.SetPermissions(0o600))
	ours, err := held.TryLock()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the folder of the stream: %w", err), held.Close())
	}
	if !ours {
		return nil, errors.Join(fmt.Errorf("%w: %s", errLocked, folder), held.Close())
	}
	return func() { held.Unlock() }, nil
}
