package backup

import (
	"errors"
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
)

// obstacle returns the mode for an error that says nothing about a backup: the disk or network
// drive that holds it failed, or this computer ran out of something or has no room for a temporary
// copy. It is nil for other errors.
func obstacle(err error) *Mode {
	isAny := func(of []error) bool {
		return slices.ContainsFunc(of, func(e error) bool { return errors.Is(err, e) })
	}
	switch {
	case err == nil:
		return nil
	case isAny(shortages), database.IsOutOfMemory(err), errors.Is(err, database.ErrCopy):
		return computerLimit
	case isAny(driveErrors), database.IsReadError(err):
		return readFailed
	default:
		return nil
	}
}

// readFailure marks an error as an obstacle for those who want a reason.
func readFailure(err error) error { return fmt.Errorf("%w: %w", device.ReadFailed, err) }
