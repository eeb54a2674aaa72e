//go:build !windows

package scan

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// isOwn reports whether a file belongs to this user and only this user may write to it.
func isOwn(info fs.FileInfo) bool {
	status, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(status.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}

// isPrivate reports whether only this user can access a file, and it has a single link.
func isPrivate(info fs.FileInfo) bool {
	status, ok := info.Sys().(*syscall.Stat_t)
	return ok && isOwn(info) && info.Mode().Perm()&0o077 == 0 && status.Nlink == 1
}

// lockPart locks a part, so that two programs cannot continue it at once. It returns false if
// another program holds the lock.
func lockPart(part *os.File) bool {
	return unix.Flock(int(part.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}
