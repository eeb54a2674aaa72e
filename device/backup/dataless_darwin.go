package backup

import (
	"io/fs"
	"syscall"
)

// sfDataless is SF_DATALESS of sys/stat.h: the file's contents are in the cloud.
const sfDataless = 0x40000000

// isDataless reports whether opening the file would have to fetch its contents first.
func isDataless(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Flags&sfDataless != 0
}
