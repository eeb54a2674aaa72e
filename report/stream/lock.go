package stream

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// errLocked is a folder that another process has locked.
var errLocked = errors.New("another program runs the stream in this folder")

// lock keeps other processes out of a folder, which is made if need be, until unlock is
// called or the process ends: two servers on one store would ruin it.
func lock(folder string) (unlock func(), err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, configError{fmt.Errorf("opening the folder of the stream: %w", err)}
	}
	file, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of the stream: %w", err)
	}
	if err := lockFile(file); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s", err, folder), file.Close())
	}
	return func() { file.Close() }, nil
}
