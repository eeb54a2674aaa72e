package mobilebackup

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/backupdoctor/backupdoctor/device/host"
)

// The status codes by which a host reports errors to the device.
const (
	statusOK       = 0
	statusOther    = -1
	statusMissing  = -6
	statusExists   = -7
	statusNoFolder = -8
	statusIsFolder = -9
	statusLoop     = -10
	statusIO       = -11
	statusSeveral  = -13
	statusNoSpace  = -15
)

// statusOf translates an error. An unreadable file must not be reported as missing, or the device
// would silently send everything again.
func statusOf(err error) int {
	switch {
	case err == nil:
		return statusOK
	case errors.Is(err, fs.ErrPermission):
		return statusOther
	case errors.Is(err, fs.ErrNotExist):
		return statusMissing
	case errors.Is(err, fs.ErrExist):
		return statusExists
	case errors.Is(err, syscall.ENOTDIR):
		return statusNoFolder
	case errors.Is(err, syscall.EISDIR):
		return statusIsFolder
	case errors.Is(err, syscall.ELOOP):
		return statusLoop
	case errors.Is(err, syscall.EIO):
		return statusIO
	case host.IsFull(err):
		return statusNoSpace
	default:
		return statusOther
	}
}
