package scan

import (
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// isOwn always returns true: on Windows the folder's access control list decides who may create
// files in it.
func isOwn(fs.FileInfo) bool { return true }

func isPrivate(fs.FileInfo) bool { return true }

// lockPart locks a part, so that two programs cannot continue it at once. It returns false if
// another program holds the lock.
func lockPart(part *os.File) bool {
	const all = ^uint32(0)
	flags := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	return windows.LockFileEx(windows.Handle(part.Fd()), flags, 0, all, all, new(windows.Overlapped)) == nil
}
