package backup

import (
	"errors"
	"fmt"
	"slices"

	"github.com/backupdoctor/backupdoctor/device"
	"github.com/backupdoctor/backupdoctor/device/backup/database"
	"github.com/backupdoctor/backupdoctor/device/host"
)

// obstacle returns the mode for an error that says nothing about a backup: the disk or network
// drive that holds it failed, or this computer ran out of something or has no room for a temporary
// copy. It is nil for other errors.
func obstacle(err error) *Mode {
	if err == nil {
		return nil
	}
	is := host.DiskErrorOf(err)
	short := slices.ContainsFunc(shortages, func(e error) bool { return errors.Is(err, e) })
	switch {
	case is == host.DiskFull, is == host.QuotaUsed, short, database.IsOutOfMemory(err), errors.Is(err, database.ErrCopy):
		return computerLimit
	case is == host.DiskFails, is == host.DiskGone, database.IsReadError(err):
		return readFailed
	default:
		return nil
	}
}

// readFailure marks an error as an obstacle for those who want a reason.
func readFailure(err error) error { return fmt.Errorf("%w: %w", device.ReadFailed, err) }
