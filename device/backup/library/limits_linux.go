package library

import "golang.org/x/sys/unix"

// shortFiles knows FAT, by the number that Linux gives it.
func shortFiles(path string) bool {
	var stat unix.Statfs_t
	return unix.Statfs(path, &stat) == nil && int64(stat.Type) == unix.MSDOS_SUPER_MAGIC
}
