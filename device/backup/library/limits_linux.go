package library

import "golang.org/x/sys/unix"

// shortFiles detects FAT by its file system type on Linux.
func shortFiles(path string) bool {
	var stat unix.Statfs_t
	return unix.Statfs(path, &stat) == nil && int64(stat.Type) == unix.MSDOS_SUPER_MAGIC
}
