//go:build !windows

package scan

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// isOwn reports whether a file belongs to this user, and nobody else may write to it.
func isOwn(info fs.FileInfo) bool {
	status, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(status.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}

// isPrivate reports whether a file is this user's alone, and has no second name elsewhere.
func isPrivate(info fs.FileInfo) bool {
	status, ok := info.Sys().(*syscall.Stat_t)
	return ok && isOwn(info) && info.Mode().Perm()&0o077 == 0 && status.Nlink == 1
}

// lockPart keeps a part from being continued by two programs at a time. It is false if another
// has it.
func lockPart(part *os.File) bool {
	return unix.Flock(int(part.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}
