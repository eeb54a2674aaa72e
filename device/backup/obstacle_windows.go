package backup

import "golang.org/x/sys/windows"

// shortages are the errors of a computer that has run out of something.
var shortages = []error{
	windows.ERROR_TOO_MANY_OPEN_FILES, windows.ERROR_NOT_ENOUGH_MEMORY, windows.ERROR_OUTOFMEMORY,
	windows.ERROR_NO_SYSTEM_RESOURCES, windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL,
}

// driveErrors are the errors of a disk that fails or was pulled out, and of a network drive that
// does not answer.
var driveErrors = []error{
	windows.ERROR_CRC, windows.ERROR_SEEK, windows.ERROR_SECTOR_NOT_FOUND, windows.ERROR_READ_FAULT, windows.ERROR_GEN_FAILURE,
	windows.ERROR_NOT_READY, windows.ERROR_IO_DEVICE, windows.ERROR_DEVICE_NOT_CONNECTED, windows.ERROR_DEVICE_REMOVED, windows.ERROR_DEV_NOT_EXIST,
	windows.ERROR_BAD_NETPATH, windows.ERROR_UNEXP_NET_ERR, windows.ERROR_NETNAME_DELETED, windows.ERROR_SEM_TIMEOUT,
}
