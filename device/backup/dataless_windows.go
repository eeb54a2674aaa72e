package backup

import (
	"io/fs"
	"syscall"
)

// The attributes of a file whose contents are elsewhere: FILE_ATTRIBUTE_OFFLINE,
// FILE_ATTRIBUTE_RECALL_ON_OPEN and FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS.
const attributesDataless = 0x1000 | 0x40000 | 0x400000

// isDataless reports whether opening the file would have to fetch its contents first.
func isDataless(info fs.FileInfo) bool {
	data, ok := info.Sys().(*syscall.Win32FileAttributeData)
	return ok && data.FileAttributes&attributesDataless != 0
}
