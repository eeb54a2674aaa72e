package host

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// diskErrors are the errors of the system by what they mean.
var diskErrors = []struct {
	is     DiskError
	errors []error
}{
	{DiskFull, []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL}},
	{QuotaUsed, []error{windows.ERROR_DISK_QUOTA_EXCEEDED}},
	{ReadOnly, []error{windows.ERROR_WRITE_PROTECT}},
	{FileTooLarge, []error{windows.ERROR_FILE_TOO_LARGE}},
	{NotFolder, []error{windows.ERROR_DIRECTORY, syscall.ENOTDIR}},
	{DiskGone, []error{windows.ERROR_DEVICE_NOT_CONNECTED, windows.ERROR_DEVICE_REMOVED, windows.ERROR_DEV_NOT_EXIST, windows.ERROR_NOT_READY}},
	{DiskFails, []error{
		windows.ERROR_CRC, windows.ERROR_SEEK, windows.ERROR_SECTOR_NOT_FOUND, windows.ERROR_READ_FAULT, windows.ERROR_WRITE_FAULT,
		windows.ERROR_GEN_FAILURE, windows.ERROR_IO_DEVICE, windows.ERROR_BAD_NETPATH, windows.ERROR_UNEXP_NET_ERR,
		windows.ERROR_NETNAME_DELETED, windows.ERROR_SEM_TIMEOUT,
	}},
	{Unsupported, []error{windows.ERROR_NOT_SUPPORTED, windows.ERROR_INVALID_FUNCTION}},
}

// FreeNames is not known: NTFS and FAT do not say how many files they have room for.
func FreeNames(string) (files uint64, ok bool) { return 0, false }
