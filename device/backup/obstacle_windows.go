package backup

import "golang.org/x/sys/windows"

// shortages are the errors of a computer that has run out of something, besides room on a disk.
var shortages = []error{
	windows.ERROR_TOO_MANY_OPEN_FILES, windows.ERROR_NOT_ENOUGH_MEMORY, windows.ERROR_OUTOFMEMORY,
	windows.ERROR_NO_SYSTEM_RESOURCES,
}
