//go:build unix

package host

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// diskErrors are the errors of the system by what they mean.
var diskErrors = []struct {
	is     DiskError
	errors []error
}{
	{DiskFull, []error{syscall.ENOSPC}},
	{QuotaUsed, []error{syscall.EDQUOT}},
	{ReadOnly, []error{syscall.EROFS}},
	{FileTooLarge, []error{syscall.EFBIG}},
	{NoLocks, []error{syscall.ENOLCK}},
	{NotFolder, []error{syscall.ENOTDIR}},
	{DiskGone, []error{syscall.ENODEV, syscall.ENXIO, syscall.ESTALE, syscall.ENOTCONN}},
	{DiskFails, []error{
		syscall.EIO, syscall.ETIMEDOUT, syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ENETDOWN, syscall.ENETUNREACH,
		syscall.ECONNABORTED, syscall.ECONNRESET,
	}},
	{Unsupported, []error{syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOSYS}},
}

// FreeNames returns how many more files the disk that holds path has room for, whatever room there is
// for data. ok is false if the disk does not count files.
func FreeNames(path string) (files uint64, ok bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(path, &stat); err != nil || stat.Files == 0 {
		return 0, false
	}
	return uint64(stat.Ffree), true
}
