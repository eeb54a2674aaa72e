package scan

import (
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// isOwn is true of every file: on Windows the folder's access control list says who may make one
// in it.
func isOwn(fs.FileInfo) bool { return true }

func isPrivate(fs.FileInfo) bool { return true }

// lockPart keeps a part from being continued by two programs at a time. It is false if another
// has it.
func lockPart(part *os.File) bool {
	const all = ^uint32(0)
	flags := uint32(windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY)
	return windows.LockFileEx(windows.Handle(part.Fd()), flags, 0, all, all, new(windows.Overlapped)) == nil
}
